// SPDX-License-Identifier: BSL-1.0
// The parts of RealWorld that need no World around them, and what its own tests do not reach:
// real_world_cores, real_world_descriptor, real_world_loop, real_world_poller, real_world_thread (the socket and signal parts are tested whole, in real_world.cpp).
#include <dstream/runtime/real_world_cores.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/real_world_loop.hpp>
#include <dstream/runtime/real_world_poller.hpp>
#include <dstream/runtime/real_world_signals.hpp>
#include <dstream/runtime/real_world_socket.hpp>
#include <dstream/runtime/real_world_thread.hpp>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/runtime/real_world.hpp>
#include <dstream/testing/random.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

/// A cgroup tree of our own.
struct Tree {
  Tree() {
    std::string name = (std::filesystem::temp_directory_path() / "dstream-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
  }
  ~Tree() { std::filesystem::remove_all(root); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  [[nodiscard]] std::size_t cores() const { return detail::quotaCores((root / "cgroup").string(), (root / "mount").string()); }
  std::filesystem::path root;
};

constexpr auto unlimited = static_cast<std::size_t>(-1);

TEST_CASE("real_world_cores: the quota of cgroup v2, rounded up, the least of all levels") {
  Tree tree;
  tree.write("cgroup", "0::/a/b\n");
  CHECK(tree.cores() == unlimited);
  tree.write("mount/a/b/cpu.max", "max 100000\n");
  CHECK(tree.cores() == unlimited);
  tree.write("mount/a/cpu.max", "350000 100000\n");
  CHECK(tree.cores() == 4);
  tree.write("mount/a/b/cpu.max", "100000 100000\n");
  CHECK(tree.cores() == 1);
  tree.write("mount/a/b/cpu.max", "100001 100000\n");
  CHECK(tree.cores() == 2);
}

TEST_CASE("real_world_cores: the quota of cgroup v1, and files that say nothing useful") {
  Tree tree;
  tree.write("cgroup", "nonsense\n3:cpu,cpuacct:/x\n2:memory:/x\n");
  CHECK(tree.cores() == unlimited);
  tree.write("mount/cpu,cpuacct/x/cpu.cfs_quota_us", "-1\n");
  tree.write("mount/cpu,cpuacct/x/cpu.cfs_period_us", "100000\n");
  CHECK(tree.cores() == unlimited);
  tree.write("mount/cpu,cpuacct/x/cpu.cfs_quota_us", "250000\n");
  CHECK(tree.cores() == 3);
  tree.write("mount/cpu,cpuacct/x/cpu.cfs_period_us", "");
  CHECK(tree.cores() == unlimited);
}

TEST_CASE("real_world_cores: this process may use at least one core") { CHECK(detail::affineCores() >= 1); }

struct Ends {
  Ends() {
    std::array<int, 2> both{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) == 0);
    ours = detail::Descriptor(both[0]);
    theirs = detail::Descriptor(both[1]);
  }
  detail::Descriptor ours;
  detail::Descriptor theirs;
};

/// The descriptors' numbers among what comes, and what came to them.
std::vector<std::pair<std::uint64_t, short>> cameTo(detail::Poller& poller, bool sleep) {
  const detail::Poller::Came came = poller.wait(sleep);
  poller.took(came);
  std::vector<std::pair<std::uint64_t, short>> found;
  for (const auto& one : came)
    if (one.data.u64 >= detail::Poller::firstNumber) found.emplace_back(std::uint64_t{one.data.u64}, static_cast<short>(one.events));  // packed: no reference to it
  return found;
}

TEST_CASE("real_world_descriptor: never standard input, output or errors, though the process has closed them") {
  const int kept = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 100);
  ::close(STDIN_FILENO);
  const int lowest = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(lowest);
  const detail::Descriptor event = detail::Descriptor::event();
  const bool closed = ::fcntl(STDIN_FILENO, F_GETFD) == -1;
  const int flags = ::fcntl(event.get(), F_GETFD);
  if (kept >= 0) {
    ::dup2(kept, STDIN_FILENO);
    ::close(kept);
  }
  CHECK(lowest == STDIN_FILENO);  // else this shows nothing
  CHECK(event.get() > STDERR_FILENO);
  CHECK(closed);
  CHECK((flags & FD_CLOEXEC) != 0);
}

TEST_CASE("real_world_poller: a call ends one wait, before it or in it, and no other") {
  detail::Poller poller;
  CHECK_FALSE(poller.isOpen());
  poller.open();
  CHECK(poller.isOpen());
  CHECK(poller.wait(false).count == 0);
  poller.call();
  CHECK(poller.wait(true).count == 1);
  CHECK(poller.wait(false).count == 0);

  std::vector<std::thread> threads;
  std::atomic<int> ended{0};
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      static_cast<void>(poller.wait(true));
      ++ended;
      poller.call();  // the next one; the last call is left over
    });
  poller.call();
  for (std::thread& thread : threads) thread.join();
  CHECK(ended == 3);
}

TEST_CASE("real_world_poller: a moment ends one wait, the last one that was asked for") {
  detail::Poller poller;
  poller.open();
  poller.callAt(detail::steadyNow() - 1);
  const detail::Poller::Came came = poller.wait(true);
  CHECK(came.count == 1);
  CHECK(poller.wait(false).count == 0);
  poller.took(came);
  poller.callAt(0);
  CHECK(poller.wait(true).count == 1);

  poller.callAt(detail::steadyNow() + 3'600'000'000'000);
  poller.callAt(never);
  poller.call();
  CHECK(poller.wait(true).count == 1);
}

/// Sleeps as who asked for this moment does, until it has come; how often something came before.
int early(detail::Poller& poller, Nanos moment) {
  for (int before = 0;; ++before) {
    poller.callAt(moment);
    poller.took(poller.wait(true));
    if (detail::steadyNow() >= moment) return before;
  }
}

TEST_CASE("real_world_poller: moments at equal distances come one by one, and one that is asked for among them") {
  detail::Poller poller;
  poller.open();
  const Nanos start = detail::steadyNow();
  int before = 0;
  for (Nanos i = 1; i <= 50; ++i) {
    const Nanos moment = start + i * 100'000 + i % 3 * 200;  // as a clock that is read twice
    before += early(poller, moment);
    if (i % 10 == 0) before += early(poller, moment + 30'000);  // another one's
    if (i % 10 == 5) poller.callAt(never);                      // and nothing at all for a while
  }
  CHECK(before == 0);

  const Nanos last = detail::steadyNow() + 100'000;
  for (Nanos i = 0; i < 3; ++i) early(poller, last + i * 100'000);  // the next one is set by now
  poller.callAt(never);
  while (detail::steadyNow() < last + 400'000) {
  }
  CHECK(poller.wait(false).count == 0);
}

TEST_CASE("real_world_poller: any order of moments is slept through") {
  detail::Poller poller;
  poller.open();
  testing::Random random(7);
  for (int i = 0; i < 2'000; ++i) {
    const Nanos now = detail::steadyNow();
    const int asks = random.between(1, 4);
    Nanos moment = 0;
    for (int ask = 0; ask < asks; ++ask) {
      moment = random.between(0, 9) == 0 ? never : now + random.between(-20'000, 60'000);
      poller.callAt(moment);
    }
    if (moment == never) moment = now;
    static_cast<void>(early(poller, moment));
  }
}

TEST_CASE("real_world_poller: a descriptor is told of once for each time that it is asked for, its end and its errors too") {
  detail::Poller poller;
  poller.open();
  Ends ends;
  const int fd = ends.ours.get();
  REQUIRE(poller.add(fd, 7, POLLIN));
  CHECK(cameTo(poller, false).empty());
  REQUIRE(::write(ends.theirs.get(), "ab", 2) == 2);
  CHECK(cameTo(poller, true) == std::vector{std::pair{std::uint64_t{7}, short{POLLIN}}});
  CHECK(cameTo(poller, false).empty());  // it still has bytes
  CHECK(poller.again(fd, 7, POLLIN));
  CHECK(cameTo(poller, true).size() == 1);
  CHECK(poller.again(fd, 8, POLLOUT));
  CHECK(cameTo(poller, true) == std::vector{std::pair{std::uint64_t{8}, short{POLLOUT}}});

  CHECK(poller.again(fd, 9, POLLOUT));
  CHECK(cameTo(poller, true).size() == 1);
  CHECK(poller.again(fd, 9, 0));
  ends.theirs = detail::Descriptor();
  const auto gone = cameTo(poller, true);  // nobody asked for it
  REQUIRE(gone.size() == 1);
  CHECK((gone[0].second & POLLHUP) != 0);

  poller.remove(fd);
  CHECK_FALSE(poller.again(fd, 9, POLLIN));
  CHECK(errno == ENOENT);
}

TEST_CASE("real_world_poller: a file is refused with EPERM, for it can always be read") {
  detail::Poller poller;
  poller.open();
  const detail::Descriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  REQUIRE(file.get() >= 0);
  CHECK_FALSE(poller.add(file.get(), 7, POLLIN));
  CHECK(errno == EPERM);
}

struct Waiting final : Actor {
  Step step(World&) override {
    entered = true;
    entered.notify_all();
    open.wait(false);
    return Step::idle();
  }
  std::atomic<bool> entered{false};
  std::atomic<bool> open{false};
};

TEST_CASE("real_world_loop: while a step of every other lane waits, the actors of one are stepped still, woken and at their time") {
  struct Stepped final : Actor {
    Step step(World& world) override {
      if (++steps == 2) return Step::at(world.now(Clock::Steady) + 1'000'000);
      world.notify();
      return Step::idle();
    }
    std::atomic<int> steps{0};
  };
  constexpr std::array blocking{Lane::Jobs, Lane::Events, Lane::Background, Lane::Log};
  for (const Lane lane : {Lane::Io, Lane::Jobs, Lane::Events, Lane::Background, Lane::Log}) {
    RealWorld world;
    Stepped stepped;
    world.spawn(stepped, lane);
    REQUIRE(world.await([&] { return stepped.steps == 1; }, never));
    std::array<Waiting, blocking.size()> waiting;
    for (std::size_t i = 0; i < blocking.size(); ++i) {
      if (blocking[i] == lane) continue;
      world.spawn(waiting[i], blocking[i]);
      waiting[i].entered.wait(false);
    }
    world.wake(stepped);
    CHECK(world.await([&] { return stepped.steps == 3; }, never));
    for (Waiting& one : waiting) {
      one.open = true;
      one.open.notify_all();
      world.retire(one);
    }
    world.retire(stepped);
  }
}

TEST_CASE("real_world_loop: a step of the io lane that waits for another actor's end does not keep the other lanes from theirs") {
  struct Retiring final : Actor {
    explicit Retiring(Waiting& of) : waiting(of) {}
    Step step(World& world) override {
      begun = true;
      begun.notify_all();
      world.retire(waiting);
      done = true;
      world.notify();
      return Step::idle();
    }
    Waiting& waiting;
    std::atomic<bool> begun{false};
    std::atomic<bool> done{false};
  };
  struct Opening final : Actor {
    explicit Opening(Waiting& of) : waiting(of) {}
    Step step(World&) override {
      if (!asked) return Step::idle();
      waiting.open = true;
      waiting.open.notify_all();
      return Step::idle();
    }
    Waiting& waiting;
    std::atomic<bool> asked{false};
  };
  for (int run = 0; run < 50; ++run) {
    RealWorld world;
    Waiting waiting;
    Opening opening(waiting);
    Retiring retiring(waiting);
    world.spawn(opening, Lane::Events);
    world.spawn(waiting, Lane::Jobs);
    waiting.entered.wait(false);
    world.spawn(retiring, Lane::Io);
    retiring.begun.wait(false);
    opening.asked = true;
    world.wake(opening);
    CHECK(world.await([&] { return retiring.done.load(); }, never));
    world.retire(opening);
    world.retire(retiring);
  }
}

TEST_CASE("real_world_loop: a step of the io lane that lasts does not keep other lanes from theirs, whoever woke them") {
  struct Lasting final : Actor {
    Step step(World& world) override {
      if (lingers) {
        world.wake(*opening);
        world.linger();
      }
      begun = true;
      begun.notify_all();
      open.wait(false);
      world.notify();
      return Step::idle();
    }
    Actor* opening = nullptr;
    bool lingers = false;
    std::atomic<bool> begun{false};
    std::atomic<bool> open{false};
  };
  struct Opening final : Actor {
    Step step(World& world) override {
      if (++steps == 1) {
        world.notify();
      } else {
        lasting->open = true;
        lasting->open.notify_all();
      }
      return Step::idle();
    }
    Lasting* lasting = nullptr;
    std::atomic<int> steps{0};
  };
  for (int run = 0; run < 50; ++run) {
    RealWorld world;
    Lasting lasting;
    Opening opening;
    lasting.opening = &opening;
    opening.lasting = &lasting;
    lasting.lingers = run % 2 == 0;
    world.spawn(opening, Lane::Jobs);
    REQUIRE(world.await([&] { return opening.steps == 1; }, never));
    world.spawn(lasting, Lane::Io);
    lasting.begun.wait(false);
    if (!lasting.lingers) world.wake(opening);
    CHECK(world.await([&] { return lasting.open.load(); }, never));
    world.retire(lasting);
    world.retire(opening);
  }
}

TEST_CASE("real_world_loop: an actor retired before its lane's first round leaves no trace") {
  struct Once final : Actor {
    Step step(World& world) override {
      stepped = true;
      world.notify();
      return Step::idle();
    }
    std::atomic<bool> stepped{false};
  };
  for (int run = 0; run < 200; ++run) {
    RealWorld world;
    Once first;
    Once second;
    world.spawn(first, Lane::Events);
    world.retire(first);
    world.spawn(second, Lane::Events);
    CHECK(world.await([&] { return second.stepped.load(); }, never));
    world.retire(second);
  }
}

TEST_CASE("real_world_thread: runs its body on a thread of that name, and is joined") {
  pthread_t id{};
  int ran = 0;
  detail::Thread none;
  CHECK_FALSE(none.exists());
  detail::Thread thread("dstream-test", [&, kept = std::make_unique<int>(1)] {
    id = ::pthread_self();
    ran = *kept;
  });
  CHECK(thread.exists());
  CHECK_FALSE(thread.isThis());
  none = std::move(thread);
  CHECK_FALSE(thread.exists());  // NOLINT(bugprone-use-after-move): that it is nobody's
  none.join();
  CHECK_FALSE(none.exists());
  CHECK(ran == 1);
  CHECK(::pthread_equal(id, ::pthread_self()) == 0);

  std::array<char, 16> name{};
  detail::Thread named("dstream-test", [&] {
    while (std::string(name.data()) != "dstream-test") {  // given after its start
      ::pthread_getname_np(::pthread_self(), name.data(), name.size());
      ::sched_yield();
    }
  });
  named.join();
  CHECK(std::string(name.data()) == "dstream-test");
}

TEST_CASE("real_world_thread: a detached one goes on by itself") {
  auto ended = std::make_shared<std::atomic<bool>>(false);
  detail::Thread("dstream-test", [ended] { *ended = true; }).detach();
  while (!*ended) ::sched_yield();
}

}  // namespace
