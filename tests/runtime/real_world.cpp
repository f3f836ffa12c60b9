// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/real_world.hpp>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/world_contract.hpp"
#include "support/catch.hpp"

namespace {

using contract::awaitSteps;
using contract::Caller;
using contract::Does;
using contract::settle;
using dstream::Actor;
using dstream::Clock;
using dstream::Console;
using dstream::Endpoint;
using dstream::Lane;
using dstream::Nanos;
using dstream::never;
using dstream::RealWorld;
using dstream::Step;
using dstream::World;
using dstream::detail::Descriptor;
using Status = dstream::Transfer::Status;

// A server socket of the test, blocking, on a free port of the loopback.
class Listener {
 public:
  explicit Listener(int family = AF_INET, int backlog = 16, std::uint16_t port = 0)
      : socket_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage address{};
    socklen_t size = 0;
    if (family == AF_INET) {
      auto& v4 = reinterpret_cast<sockaddr_in&>(address);
      v4.sin_family = AF_INET;
      v4.sin_port = htons(port);
      v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      size = sizeof v4;
    } else {
      auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
      v6.sin6_family = AF_INET6;
      v6.sin6_port = htons(port);
      v6.sin6_addr = in6addr_loopback;
      size = sizeof v6;
    }
    usable_ = ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0
              && ::listen(socket_.get(), backlog) == 0;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                    : reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  }
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] Endpoint endpoint(std::string host = "127.0.0.1") const { return {std::move(host), port_}; }
  [[nodiscard]] Descriptor accept() const {
    return Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  Descriptor socket_;
  bool usable_ = false;
  std::uint16_t port_ = 0;
};

void sendAll(const Descriptor& socket, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const ssize_t now = ::send(socket.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    REQUIRE(now > 0);
    sent += static_cast<std::size_t>(now);
  }
}

void reset(Descriptor socket) {
  const linger atOnce{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce);
}

std::string readAll(const Descriptor& from) {
  std::string all;
  std::vector<char> buffer(1 << 16);
  for (ssize_t now = 0; (now = ::read(from.get(), buffer.data(), buffer.size())) > 0;)
    all.append(buffer.data(), static_cast<std::size_t>(now));
  return all;
}

bool isDefault(int signal) {
  struct sigaction action{};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler == SIG_DFL;
}

// The test framework has handlers of its own, which would be left alone.
class DefaultSignals {
 public:
  DefaultSignals() {
    struct sigaction byDefault{};
    byDefault.sa_handler = SIG_DFL;
    ::sigaction(SIGINT, &byDefault, &interrupt_);
    ::sigaction(SIGTERM, &byDefault, &terminate_);
  }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;
  ~DefaultSignals() {
    ::sigaction(SIGINT, &interrupt_, nullptr);
    ::sigaction(SIGTERM, &terminate_, nullptr);
  }

 private:
  struct sigaction interrupt_{};
  struct sigaction terminate_{};
};

// Another file under a console's descriptor, for a while.
class Redirected {
 public:
  Redirected(int console, const Descriptor& to)
      : console_(console), before_(::fcntl(console, F_DUPFD_CLOEXEC, 3)) {
    ::dup2(to.get(), console_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  ~Redirected() { ::dup2(before_.get(), console_); }

 private:
  int console_;
  Descriptor before_;
};

struct Pipe {
  Pipe() {
    int ends[2] = {-1, -1};
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
  }
  Descriptor reader;
  Descriptor writer;
};

}  // namespace

TEST_CASE("real world: keeps the contract of World") {
  for (const auto& [name, run] : contract::cases) {
    DYNAMIC_SECTION(name) {
      RealWorld world;
      run(world);
    }
  }
}

// --- threads
// ---------------------------------------------------------------------------------------------------------

TEST_CASE("real world: a long job delays no other lane") {
  RealWorld world;
  Does io = contract::idler();
  Does job([&](World& inside) {
    while (io.steps < 100) inside.wake(io);
    return Step::idle();
  });
  world.spawn(io, Lane::Io);
  world.spawn(job, Lane::Jobs);
  awaitSteps(world, job, 1);
  world.retire(job);
  world.retire(io);
}

TEST_CASE("real world: retire from outside returns when the step has ended") {
  RealWorld world;
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> inside{false};
    std::atomic<bool> go{false};
    std::atomic<bool> ended{false};
    Does actor([&](World&) {
      inside = true;
      while (!go) std::this_thread::yield();
      ended = true;
      return Step::ready();
    });
    world.spawn(actor, Lane::Jobs);
    while (!inside) std::this_thread::yield();
    bool late = false;
    std::thread retirer([&] {
      world.retire(actor);
      late = ended;
    });
    go = true;
    retirer.join();
    CHECK(late);
  }
}

TEST_CASE("real world: two threads may retire an actor that retires itself") {
  RealWorld world;
  for (int round = 0; round < 200; ++round) {
    std::atomic<bool> go{false};
    std::atomic<bool> ended{false};
    Does* self = nullptr;
    Does actor([&](World& inside) {
      inside.retire(*self);
      go = true;
      std::this_thread::yield();
      ended = true;
      return Step::ready();
    });
    self = &actor;
    world.spawn(actor, Lane::Events);
    while (!go) std::this_thread::yield();
    std::atomic<int> early{0};
    const auto retire = [&] {
      world.retire(actor);
      if (!ended) early.fetch_add(1);
    };
    std::thread other(retire);
    retire();
    other.join();
    CHECK(early == 0);
  }
}

TEST_CASE("real world: wakes race with spawn and retire") {
  RealWorld world;
  std::atomic<bool> alive{false};
  std::atomic<bool> zombie{false};
  std::atomic<bool> over{false};
  Does actor([&](World&) {
    if (!alive) zombie = true;
    return Step::idle();
  });
  Does neighbour([](World&) { return Step::idle(); });
  world.spawn(neighbour, Lane::Io);
  std::vector<std::thread> wakers;
  for (int thread = 0; thread < 2; ++thread) {
    wakers.emplace_back([&] {
      while (!over) {
        world.wake(actor);
        world.wake(neighbour);
      }
    });
  }
  for (int round = 0; round < 10'000; ++round) {
    alive = true;
    world.spawn(actor, Lane::Io);
    if (round % 16 == 0) awaitSteps(world, actor, actor.steps + 1);
    world.retire(actor);
    alive = false;
  }
  over = true;
  for (std::thread& waker : wakers) waker.join();
  world.retire(neighbour);
  CHECK_FALSE(zombie);
}

TEST_CASE("real world: each wake from outside is followed by a step") {
  RealWorld world;
  std::atomic<int> seen{0};
  std::atomic<int> asked{0};
  Does actor([&](World&) {
    seen = asked.load();
    return Step::idle();
  });
  world.spawn(actor, Lane::Io);
  for (int round = 1; round <= 10'000; ++round) {
    asked = round;
    world.wake(actor);
    if (round % 3 == 0) REQUIRE(world.await([&] { return seen >= round; }, never));
  }
  REQUIRE(world.await([&] { return seen == 10'000; }, never));
  world.retire(actor);
}

TEST_CASE("real world: several threads await and each sees its moment") {
  RealWorld world;
  std::atomic<int> moment{0};
  std::vector<std::thread> waiters;
  std::atomic<int> seen{0};
  for (int thread = 1; thread <= 4; ++thread) {
    waiters.emplace_back([&, thread] {
      if (world.await([&] { return moment >= thread; }, never)) seen.fetch_add(1);
    });
  }
  for (int now = 1; now <= 4; ++now) {
    moment = now;
    world.notify();
  }
  for (std::thread& waiter : waiters) waiter.join();
  CHECK(seen == 4);
}

TEST_CASE("real world: an actor is spawned once") {
  RealWorld world;
  Does actor = contract::idler();
  world.spawn(actor, Lane::Io);
  CHECK_THROWS_AS(world.spawn(actor, Lane::Io), std::logic_error);
  world.retire(actor);
}

TEST_CASE("real world: ends with actors that are asleep, ready or failed") {
  Does asleep = contract::idler();
  Does ready([](World&) { return Step::ready(); });
  Does failed([](World&) -> Step { throw std::runtime_error("nobody asks"); });
  {
    RealWorld world;
    world.spawn(asleep, Lane::Io);
    world.spawn(ready, Lane::Jobs);
    world.spawn(failed, Lane::Events);
    while (ready.steps < 10) std::this_thread::yield();
  }
  const int steps = ready.steps;
  CHECK(steps >= 10);
  CHECK(ready.steps == steps);
}

// --- connections
// -----------------------------------------------------------------------------------------------------

TEST_CASE("real world: bytes arrive whole, then the end") {
  RealWorld world;
  const Listener listener;
  std::string text;
  for (int line = 0; line < 100'000; ++line) text += "line " + std::to_string(line) + '\n';
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    Caller caller(listener.endpoint(host));
    world.spawn(caller, Lane::Io);
    {
      const Descriptor peer = listener.accept();
      sendAll(peer, text);
    }
    REQUIRE(world.await([&] { return caller.ended.load(); }, never));
    world.retire(caller);
    CHECK(caller.last == Status::Fin);
    CHECK((caller.received == text));  // bracketed: a failure does not print megabytes
    CHECK(caller.connection->error() == "");
  }
}

TEST_CASE("real world: a second address of localhost is tried") {
  const Listener listener(AF_INET6);
  if (!listener.usable()) return;  // a machine without IPv6
  RealWorld world;
  for (const std::string host : {"localhost", "::1"}) {
    Caller caller(listener.endpoint(host));
    world.spawn(caller, Lane::Io);
    {
      const Descriptor peer = listener.accept();
      sendAll(peer, "hello");
    }
    REQUIRE(world.await([&] { return caller.ended.load(); }, never));
    world.retire(caller);
    CHECK(caller.last == Status::Fin);
    CHECK(caller.received == "hello");
  }
}

TEST_CASE("real world: nobody listens") {
  RealWorld world;
  std::uint16_t free = 0;
  {
    const Listener listener;
    free = listener.port();
  }
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    Caller caller({host, free});
    world.spawn(caller, Lane::Io);
    REQUIRE(world.await([&] { return caller.ended.load(); }, never));
    world.retire(caller);
    CHECK(caller.error == host + ':' + std::to_string(free) + ": Connection refused");
    char byte = 0;
    CHECK(caller.connection->read(&byte, 1).status == Status::Error);
    CHECK(caller.connection->write(&byte, 1).status == Status::Error);
  }
}

TEST_CASE("real world: a reset is an error that says so") {
  RealWorld world;
  const Listener listener;
  Caller caller(listener.endpoint());
  world.spawn(caller, Lane::Io);
  Descriptor peer = listener.accept();
  REQUIRE(world.await([&] { return caller.last == Status::WouldBlock; }, never));
  reset(std::move(peer));
  REQUIRE(world.await([&] { return caller.ended.load(); }, never));
  world.retire(caller);
  CHECK(caller.error == "127.0.0.1:" + std::to_string(listener.port()) + ": Connection reset by peer");
}

TEST_CASE("real world: with a low-water mark nothing is lost, whether the mark or the end comes first") {
  RealWorld world;
  const Listener listener;
  Caller caller(listener.endpoint());
  world.spawn(caller, Lane::Io);
  const Descriptor peer = listener.accept();
  REQUIRE(world.await([&] { return caller.last == Status::WouldBlock; }, never));
  caller.connection->wakeAt(1000);
  const std::string many(5000, 'm');
  const std::string few(10, 'f');
  sendAll(peer, few);
  sendAll(peer, many);
  REQUIRE(world.await([&] { return caller.count >= 5010; }, never));
  sendAll(peer, few);
  ::shutdown(peer.get(), SHUT_WR);
  REQUIRE(world.await([&] { return caller.ended.load(); }, never));
  world.retire(caller);
  CHECK(caller.last == Status::Fin);
  CHECK(caller.received == few + many + few);
}

TEST_CASE("real world: a name that does not exist is an error that names it") {
  RealWorld world;
  Caller caller({"no-such-host.invalid", 9999});
  world.spawn(caller, Lane::Io);
  REQUIRE(world.await([&] { return caller.ended.load(); }, never));
  world.retire(caller);
  CHECK(caller.error.substr(0, 27) == "no-such-host.invalid:9999: ");
  CHECK(caller.error.size() > 27);
}

TEST_CASE("real world: nobody waits for a lookup when connection and world end") {
  for (int round = 0; round < 20; ++round) {
    RealWorld world;
    Caller caller({"still-looking.invalid", 9999});
    world.spawn(caller, Lane::Io);
    while (caller.steps == 0) std::this_thread::yield();
    world.retire(caller);
    caller.connection.reset();
  }
  SUCCEED();
}

TEST_CASE("real world: a peer that never accepts keeps nobody") {
  RealWorld world;
  const Listener listener(AF_INET, 0);
  {
    std::vector<std::unique_ptr<Caller>>
        callers;  // the first of them fill the backlog, the others go on connecting
    for (int i = 0; i < 4; ++i) {
      callers.push_back(std::make_unique<Caller>(listener.endpoint()));
      world.spawn(*callers.back(), Lane::Io);
      while (callers.back()->steps == 0) std::this_thread::yield();
    }
    settle(world, Lane::Io);
    for (const auto& caller : callers) world.retire(*caller);
    CHECK(callers.front()->last != Status::Error);
    CHECK(callers.back()->last == Status::Connecting);
  }
}

TEST_CASE("real world: an address that is given up leaves its turn to the next one; with the last one the connect has failed") {
  const Listener other(AF_INET6);
  if (!other.usable()) return;  // a machine without IPv6
  const Listener silent(AF_INET, 0, other.port());
  if (!silent.usable()) return;  // the port is somebody's
  RealWorld world;
  std::vector<std::unique_ptr<Caller>> callers;  // those before the last fill the backlog
  const auto call = [&](const std::string& host) {
    callers.push_back(std::make_unique<Caller>(silent.endpoint(host)));
    world.spawn(*callers.back(), Lane::Io);
    while (callers.back()->steps == 0) std::this_thread::yield();
    settle(world, Lane::Io);
  };
  for (int i = 0; i < 4; ++i) call("127.0.0.1");
  call("localhost");
  for (const auto& caller : callers) world.retire(*caller);
  Caller& two = *callers.back();
  Caller& one = **(callers.end() - 2);
  REQUIRE(two.last == Status::Connecting);
  CHECK(two.connection->address() == 1);
  two.connection->nextAddress();
  REQUIRE(two.connection->address() == 2);
  world.spawn(two, Lane::Io);
  sendAll(other.accept(), "hello");
  REQUIRE(world.await([&] { return two.ended.load(); }, never));
  world.retire(two);
  CHECK(two.received == "hello");
  CHECK(two.connection->address() == 0);

  char byte = 0;
  REQUIRE(one.last == Status::Connecting);
  one.connection->nextAddress();
  CHECK(one.connection->read(&byte, 1).status == Status::Error);
  CHECK(one.connection->error() == "127.0.0.1:" + std::to_string(silent.port()) + ": Connection timed out");
}

TEST_CASE("real world: while a name is looked up there is no address to be given up") {
  RealWorld world;
  Does owner = contract::idler();
  world.spawn(owner, Lane::Io);
  const auto connection = world.connect({"still-looking.invalid", 9999}, owner);
  CHECK(connection->address() == 0);
  connection->nextAddress();
  CHECK(connection->error().empty());
  world.retire(owner);
}

TEST_CASE("real world: an owner that does not ask is not woken, whatever arrives") {
  RealWorld world;
  const Listener listener;
  Caller caller(listener.endpoint(), 10);
  world.spawn(caller, Lane::Io);
  const Descriptor peer = listener.accept();
  sendAll(peer, "0123456789");
  REQUIRE(world.await([&] { return caller.sated.load(); }, never));
  settle(world, Lane::Io);
  const int before = caller.steps;
  // Until the peer is held back: both buffers are full.
  const std::string chunk(1 << 16, 'x');
  std::size_t sent = 0;
  for (ssize_t now = 0;
       (now = ::send(peer.get(), chunk.data(), chunk.size(), MSG_NOSIGNAL | MSG_DONTWAIT)) > 0;)
    sent += static_cast<std::size_t>(now);
  CHECK(sent > 0);
  for (int round = 0; round < 100; ++round) settle(world, Lane::Io);  // the loop has polled that often
  CHECK(caller.steps - before <= 1);
  world.retire(caller);
  CHECK(caller.received == "0123456789");
}

TEST_CASE("real world: a neighbour that is always ready does not hold up a connection") {
  RealWorld world;
  const Listener listener;
  Does busy([](World&) { return Step::ready(); });
  world.spawn(busy, Lane::Io);
  Caller caller(listener.endpoint());
  world.spawn(caller, Lane::Io);
  {
    const Descriptor peer = listener.accept();
    sendAll(peer, "hello");
  }
  REQUIRE(world.await([&] { return caller.ended.load(); }, never));
  world.retire(caller);
  world.retire(busy);
  CHECK(caller.received == "hello");
}

TEST_CASE("real world: what is written arrives, and a peer that has gone is an error without SIGPIPE") {
  RealWorld world;
  const Listener listener;
  const std::string text(3'000'000, 'w');
  std::unique_ptr<dstream::Connection> connection;
  std::size_t written = 0;
  std::atomic<bool> all{false};
  std::atomic<bool> gone{false};
  std::atomic<bool> broken{false};
  Does* self = nullptr;
  Does writer([&](World& inside) {
    if (!connection) connection = inside.connect(listener.endpoint(), *self);
    while (written < text.size()) {
      const auto [status, bytes] = connection->write(text.data() + written, text.size() - written);
      if (status != Status::Bytes) return Step::idle();
      written += bytes;
    }
    all = true;
    if (!gone) return Step::idle();
    broken = connection->write("x", 1).status == Status::Error;
    return broken ? Step::idle() : Step::ready();
  });
  self = &writer;
  world.spawn(writer, Lane::Io);
  {
    const Descriptor peer = listener.accept();
    std::string received;
    std::vector<char> buffer(1 << 16);
    while (received.size() < text.size()) {
      const ssize_t now = ::recv(peer.get(), buffer.data(), buffer.size(), 0);
      REQUIRE(now > 0);
      received.append(buffer.data(), static_cast<std::size_t>(now));
    }
    CHECK((received == text));  // bracketed: a failure does not print megabytes
    REQUIRE(world.await([&] { return all.load(); }, never));
  }
  gone = true;
  world.wake(writer);
  REQUIRE(world.await([&] { return broken.load(); }, never));
  world.retire(writer);
  CHECK(connection->error().find("127.0.0.1:" + std::to_string(listener.port()) + ": ") == 0);
}

TEST_CASE(
    "real world: a connection may end on another thread while its lane sleeps in poll, and the peer sees it "
    "at once") {
  RealWorld world;
  const Listener listener;
  for (int round = 0; round < 50; ++round) {
    Caller caller(listener.endpoint());
    world.spawn(caller, Lane::Io);
    const Descriptor peer = listener.accept();
    REQUIRE(world.await([&] { return caller.last == Status::WouldBlock; }, never));
    world.retire(caller);
    caller.connection.reset();
    CHECK(readAll(peer) == "");  // blocks until the end has come
  }
}

TEST_CASE("real world: without free descriptors a connection is an error that says so") {
  RealWorld world;
  const Listener listener;
  Caller caller(listener.endpoint());
  Does settled = contract::idler();
  world.spawn(settled, Lane::Io);  // the lane has its descriptor
  awaitSteps(world, settled, 1);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{3, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  world.spawn(caller, Lane::Io);
  const bool ended = world.await([&] { return caller.ended.load(); }, never);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(ended);
  world.retire(caller);
  world.retire(settled);
  CHECK(caller.error == "127.0.0.1:" + std::to_string(listener.port()) + ": Too many open files");
}

TEST_CASE("real world: a connection wakes its owner wherever it has moved") {
  RealWorld world;
  const Listener listener;
  Caller caller(listener.endpoint());
  world.spawn(caller, Lane::Io);
  const Descriptor peer = listener.accept();
  REQUIRE(world.await([&] { return caller.last == Status::WouldBlock; }, never));
  world.retire(caller);
  world.spawn(caller, Lane::Events);
  settle(world, Lane::Events);
  sendAll(peer, "hello");
  ::shutdown(peer.get(), SHUT_WR);
  REQUIRE(world.await([&] { return caller.ended.load(); }, never));
  world.retire(caller);
  CHECK(caller.received == "hello");
}

// --- the process
// -----------------------------------------------------------------------------------------------------

TEST_CASE("real world: a watched signal interrupts instead of killing") {
  const DefaultSignals signals;
  for (const int signal : {SIGINT, SIGTERM}) {
    RealWorld world;
    CHECK(isDefault(signal));
    world.watchSignals(true);
    CHECK_FALSE(isDefault(signal));
    CHECK_FALSE(world.interrupted());
    ::raise(signal);
    REQUIRE(world.await([&] { return world.interrupted(); }, never));
    // The next one would kill.
    CHECK(isDefault(SIGINT));
    CHECK(isDefault(SIGTERM));
    world.watchSignals(false);
    CHECK_FALSE(world.interrupted());
    world.watchSignals(true);
    CHECK_FALSE(isDefault(signal));
    CHECK_FALSE(world.interrupted());
  }
  CHECK(isDefault(SIGINT));
  CHECK(isDefault(SIGTERM));
}

TEST_CASE("real world: a signal wakes who already awaits, in each world that watches") {
  const DefaultSignals signals;
  RealWorld first;
  RealWorld second;
  RealWorld third;
  first.watchSignals(true);
  second.watchSignals(true);
  std::atomic<int> waiting{0};
  const auto wait = [&](RealWorld& world) {
    return world.await(
        [&] {
          waiting.fetch_add(1);
          return world.interrupted();
        },
        never);
  };
  bool secondToo = false;
  std::thread other([&] { secondToo = wait(second); });
  std::thread raiser([&] {
    while (waiting < 2) std::this_thread::yield();
    ::raise(SIGTERM);
  });
  CHECK(wait(first));
  other.join();
  raiser.join();
  CHECK(secondToo);
  CHECK_FALSE(third.interrupted());
}

TEST_CASE("real world: the handler stays as long as one world watches") {
  const DefaultSignals signals;
  auto first = std::make_unique<RealWorld>();
  RealWorld second;
  first->watchSignals(true);
  second.watchSignals(true);
  second.watchSignals(true);
  first.reset();
  CHECK_FALSE(isDefault(SIGINT));
  second.watchSignals(false);
  second.watchSignals(false);
  CHECK(isDefault(SIGINT));
}

TEST_CASE("real world: a signal that the program ignores or handles stays as it is") {
  const DefaultSignals signals;
  struct sigaction ignored{};
  ignored.sa_handler = SIG_IGN;
  struct sigaction before{};
  ::sigaction(SIGINT, &ignored, &before);
  {
    RealWorld world;
    world.watchSignals(true);
    struct sigaction now{};
    ::sigaction(SIGINT, nullptr, &now);
    CHECK(now.sa_handler == SIG_IGN);
    CHECK_FALSE(isDefault(SIGTERM));
    ::raise(SIGINT);
    CHECK_FALSE(world.interrupted());
  }
  struct sigaction now{};
  ::sigaction(SIGINT, nullptr, &now);
  CHECK(now.sa_handler == SIG_IGN);
  ::sigaction(SIGINT, &before, nullptr);
}

TEST_CASE("real world: of memory that is discarded the whole pages read as zeros, and what is beside them stays") {
  RealWorld world;
  constexpr std::size_t page = 4096;
  std::vector<char> memory(64 * page, 'x');
  world.discard(memory.data() + page, 62 * page);
  CHECK(memory[32 * page] == 0);
  CHECK(std::count(memory.begin(), memory.end(), 'x') >= static_cast<std::ptrdiff_t>(2 * page));
  CHECK(std::count(memory.begin(), memory.end(), 'x') <= static_cast<std::ptrdiff_t>(4 * page));
  CHECK(std::all_of(memory.begin(), memory.begin() + page, [](char c) { return c == 'x'; }));
  CHECK(std::all_of(memory.end() - page, memory.end(), [](char c) { return c == 'x'; }));
  std::fill(memory.begin(), memory.end(), 'y');  // still ours
  world.discard(memory.data() + 1, page - 1);
  CHECK(std::count(memory.begin(), memory.end(), 'y') == static_cast<std::ptrdiff_t>(memory.size()));
}

TEST_CASE("real world: the console gets every byte, slow or not") {
  for (const bool blocking : {true, false}) {
    RealWorld world;
    Pipe pipe;
    if (!blocking) ::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK);
    std::string text;
    while (text.size() < 2'000'000) text += std::to_string(text.size()) + '\n';
    std::string received;
    std::thread reader([&] { received = readAll(pipe.reader); });
    {
      const Redirected redirected(STDOUT_FILENO, pipe.writer);
      world.write(Console::Out, text);
    }
    pipe.writer = Descriptor();
    reader.join();
    CHECK((received == text));  // bracketed: a failure does not print megabytes
  }
}

TEST_CASE("real world: what several threads write at a time is not mixed") {
  RealWorld world;
  Pipe pipe;
  std::string received;
  std::thread reader([&] { received = readAll(pipe.reader); });
  {
    const Redirected redirected(STDOUT_FILENO, pipe.writer);
    std::vector<std::thread> writers;
    for (const char letter : {'a', 'b', 'c'}) {
      writers.emplace_back([&, text = std::string(200'000, letter)] { world.write(Console::Out, text); });
    }
    for (std::thread& writer : writers) writer.join();
  }
  pipe.writer = Descriptor();
  reader.join();
  CHECK(received.size() == 600'000);
  std::size_t changes = 0;
  for (std::size_t at = 1; at < received.size(); ++at) changes += received[at] != received[at - 1] ? 1 : 0;
  CHECK(changes == 2);
}

TEST_CASE("real world: a stderr that nobody reads is not waited for for ever, and is told what it did not get") {
  for (const bool blocking : {true, false}) {
    RealWorld world;
    Pipe pipe;
    ::fcntl(pipe.writer.get(), F_SETFL, O_NONBLOCK);
    const std::string junk(4096, 'x');
    while (::write(pipe.writer.get(), junk.data(), junk.size()) > 0) {
    }
    if (blocking) ::fcntl(pipe.writer.get(), F_SETFL, 0);
    std::string received;
    {
      const Redirected redirected(STDERR_FILENO, pipe.writer);
      for (int i = 0; i < 100; ++i) world.write(Console::Err, "lost\n");
      std::vector<char> room(1 << 20);
      CHECK(::read(pipe.reader.get(), room.data(), room.size()) > 0);
      world.write(Console::Err, "seen\n");
      world.write(Console::Err, std::string(10'000, 'y') + "\n");
    }
    pipe.writer = Descriptor();
    received = readAll(pipe.reader);
    CHECK((received == "dstream: stderr was full, and did not get 100 texts\nseen\n" + std::string(10'000, 'y') + "\n"));
  }
}

TEST_CASE("real world: a forked child has no threads to wait for") {
  auto world = std::make_unique<RealWorld>();
  Does actor([](World&) { return Step::idle(); });
  world->spawn(actor, Lane::Io);
  auto workers = world->hire(3);
  CHECK(world->process() == RealWorld().process());
  const void* const process = world->process();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);  // ends it if it hangs
    const bool another = world->process() != process;
    workers.reset();
    world.reset();
    ::_exit(another ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  world->retire(actor);
}

TEST_CASE("real world: a console that has gone is an exception that names it") {
  RealWorld world;
  for (const auto& [console, fd, name] : {std::tuple(Console::Out, STDOUT_FILENO, "stdout"),
                                          std::tuple(Console::Err, STDERR_FILENO, "stderr")}) {
    Pipe pipe;
    pipe.reader = Descriptor();
    std::string what;
    int code = 0;
    {
      const Redirected redirected(fd, pipe.writer);
      try {
        world.write(console, "nobody reads this");
      } catch (const dstream::SystemError& error) {
        what = error.what();
        code = error.error();
      }
    }
    CHECK(code == EPIPE);
    CHECK(what.find(name) != std::string::npos);
  }
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  int code = 0;
  {
    const Redirected redirected(STDOUT_FILENO, full);
    try {
      world.write(Console::Out, "no room for this");
    } catch (const dstream::SystemError& error) {
      code = error.error();
    }
  }
  CHECK(code == ENOSPC);
  sigset_t pending;
  ::sigpending(&pending);
  CHECK(::sigismember(&pending, SIGPIPE) == 0);
}

TEST_CASE("real world: cores follow the quota of the cgroup, rounded up") {
  const auto tree = std::filesystem::temp_directory_path() / ("dstream-cgroup-" + std::to_string(::getpid()));
  const auto write = [&](const std::string& file, const std::string& text) {
    std::filesystem::create_directories((tree / file).parent_path());
    std::ofstream(tree / file) << text;
  };
  const auto quota = [&] {
    return dstream::detail::quotaCores((tree / "self").string(), (tree / "fs").string());
  };
  constexpr auto unlimited = static_cast<std::size_t>(-1);
  CHECK(quota() == unlimited);
  write("self", "0::/outer/inner\n");
  CHECK(quota() == unlimited);
  write("fs/outer/inner/cpu.max", "max 100000\n");
  CHECK(quota() == unlimited);
  write("fs/outer/cpu.max", "350000 100000\n");
  CHECK(quota() == 4);
  write("fs/outer/inner/cpu.max", "200000 100000\n");
  CHECK(quota() == 2);
  write("self", "0::/not/mounted/here\n");
  CHECK(quota() == unlimited);
  write("fs/cpu.max", "50000 100000\n");
  CHECK(quota() == 1);
  std::filesystem::remove_all(tree / "fs");
  write("self", "5:cpu,cpuacct:/job\n1:memory:/job\n");
  write("fs/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  write("fs/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  CHECK(quota() == unlimited);
  write("fs/cpu,cpuacct/job/cpu.cfs_quota_us", "250000\n");
  CHECK(quota() == 3);
  write("self", "1:cpu:/\n");
  write("fs/cpu/cpu.cfs_quota_us", "100000\n");
  write("fs/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(quota() == 1);
  std::filesystem::remove_all(tree);
}
