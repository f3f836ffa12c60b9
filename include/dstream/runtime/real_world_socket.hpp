// SPDX-License-Identifier: BSL-1.0
#pragma once
// RealWorld's TCP connection: non-blocking from the name on. Part of real_world.hpp.

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/real_world_loop.hpp>
#include <dstream/runtime/real_world_thread.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

/// getaddrinfo's answer, in its order; empty with the reason in `error` if there is none.
template <class Use = OnUse>
Deferred<std::vector<Address>, Use> resolve(const std::string& host, std::uint16_t port, int flags, std::string& error) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0) {
    error = code == EAI_SYSTEM ? reasonOf(errno) : ::gai_strerror(code);
    return {};
  }
  const Deferred<std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>, Use> owned(found, &::freeaddrinfo);
  Deferred<std::vector<Address>, Use> addresses;
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    if (at->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address& address = addresses.emplace_back();
    std::memcpy(&address.bytes, at->ai_addr, at->ai_addrlen);
    address.size = at->ai_addrlen;
  }
  if (addresses.empty()) error = "no address";
  return addresses;
}

/// A name that is being looked up. The thread that does it can take minutes and shares this; the connection
/// may leave any time.
template <class Use = OnUse>
struct BasicLookup {
  Mutex mutex;
  World* world;  // null once the connection has left
  Actor* owner;
  bool done = false;
  Deferred<std::vector<Address>, Use> addresses;
  std::string error;

  static std::shared_ptr<BasicLookup> start(World& world, Actor& owner, const Endpoint& endpoint) {
    auto lookup = std::make_shared<BasicLookup>();
    lookup->world = &world;
    lookup->owner = &owner;
    Thread("dstream-lookup", [lookup, host = endpoint.host, port = endpoint.port] {
      std::string error;
      auto addresses = resolve<Use>(host, port, 0, error);
      const Lock lock(lookup->mutex);
      lookup->addresses = std::move(addresses);
      lookup->error = std::move(error);
      lookup->done = true;
      if (lookup->world != nullptr) lookup->world->wake(*lookup->owner);
    }).detach();
    return lookup;
  }
};
using Lookup = BasicLookup<>;

template <class Use = OnUse>
class BasicRealConnection final : public Connection {
  using Lanes = BasicLanes<Use>;
  using Lookup = BasicLookup<Use>;

 public:
  BasicRealConnection(World& world, Lanes& lanes, const Endpoint& endpoint, Actor& owner)
      : lanes_(lanes), name_(nameOf(endpoint)), watch_(lanes.watch(owner)) {
    try {
      if (endpoint.host
          == "localhost") {  // by definition these two, whatever the resolver would do to find out
        for (const char* host : {"127.0.0.1", "::1"}) {
          for (const Address& address : resolve<Use>(host, endpoint.port, AI_NUMERICHOST, error_))
            addresses_.push_back(address);
        }
      } else {
        addresses_ = resolve<Use>(endpoint.host, endpoint.port, AI_NUMERICHOST, error_);
      }
      if (addresses_.empty()) {
        error_.clear();
        lookup_ = Lookup::start(world, owner, endpoint);
        return;
      }
      connectToNext();
    } catch (const SystemError& error) {  // no thread to look up the name
      fail(reasonOf(error.error()));
    } catch (...) {
      lanes_.unwatch(watch_);
      throw;
    }
    if (phase_ != Phase::Connecting) world.wake(owner);
  }

  BasicRealConnection(const BasicRealConnection&) = delete;
  BasicRealConnection& operator=(const BasicRealConnection&) = delete;

  ~BasicRealConnection() override {
    if (lookup_) {
      const Lock lock(lookup_->mutex);
      lookup_->world = nullptr;
    }
    lanes_.unwatch(watch_);
  }

  Transfer read(char* into, std::size_t capacity) override {
    if (const Transfer state = establish(); state.status != Transfer::Status::Bytes || capacity == 0)
      return state;
    return result(repeat([&] { return ::recv(socket_.get(), into, capacity, 0); }), POLLIN, true);
  }

  Transfer write(const char* from, std::size_t bytes) override {
    if (const Transfer state = establish(); state.status != Transfer::Status::Bytes || bytes == 0)
      return state;
    return result(repeat([&] { return ::send(socket_.get(), from, bytes, MSG_NOSIGNAL); }), POLLOUT, false);
  }

  /// The kernel's own low-water mark; it lets go of it where its memory is short, and an end or error wakes at once.
  void wakeAt(std::size_t bytes) override {
    const int mark = bytes < std::size_t{1} << 30 ? static_cast<int>(bytes) : 1 << 30;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVLOWAT, &mark, sizeof mark);
  }

  [[nodiscard]] std::size_t address() const override { return phase_ == Phase::Connecting && !lookup_ ? next_ : 0; }
  void nextAddress() override {
    if (address() == 0) return;
    remember(ETIMEDOUT);
    connectToNext();
  }

  [[nodiscard]] std::string error() const override { return error_; }

 private:
  enum class Phase { Connecting, Up, Failed };
  using Status = Transfer::Status;

  static std::string nameOf(const Endpoint& endpoint) {
    const bool colons = endpoint.host.find(':') != std::string::npos;
    return (colons ? '[' + endpoint.host + ']' : endpoint.host) + ':' + std::to_string(endpoint.port);
  }

  template <class Call>
  static ssize_t repeat(Call call) {
    ssize_t result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
  }

  Transfer result(ssize_t moved, short event, bool zeroIsFin) {
    if (moved > 0) return {Status::Bytes, static_cast<std::size_t>(moved)};
    if (moved == 0) return {zeroIsFin ? Status::Fin : Status::WouldBlock};
    if (errno != EAGAIN && errno != EWOULDBLOCK) return fail(reasonOf(errno));
    expect(event);
    return {phase_ == Phase::Failed ? Status::Error : Status::WouldBlock};
  }

  void expect(short event) {
    try {
      lanes_.expect(*watch_, socket_.get(), event);
    } catch (const SystemError& error) {
      fail(reasonOf(error.error()));
    }
  }

  Transfer fail(std::string reason) {
    error_ = name_ + ": " + std::move(reason);
    phase_ = Phase::Failed;
    return {Status::Error};
  }

  // Gets as far towards an open connection as it can now; Bytes: it is open.
  Transfer establish() {
    if (phase_ == Phase::Connecting && lookup_) takeAddresses();
    if (phase_ == Phase::Connecting && socket_.get() >= 0) finishConnect();
    switch (phase_) {
      case Phase::Up:
        return {Status::Bytes};
      case Phase::Failed:
        return {Status::Error};
      default:
        return {Status::Connecting};
    }
  }

  void takeAddresses() {
    {
      const Lock lock(lookup_->mutex);
      if (!lookup_->done) return;
      addresses_ = std::move(lookup_->addresses);
      if (addresses_.empty()) fail(lookup_->error);
    }
    lookup_.reset();
    if (phase_ != Phase::Failed) connectToNext();
  }

  void finishConnect() {
    pollfd asked{socket_.get(), POLLOUT, 0};
    if (::poll(&asked, 1, 0) <= 0 || asked.revents == 0)
      return expect(POLLOUT);
    int reason = 0;
    socklen_t size = sizeof reason;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &reason, &size) != 0) reason = errno;
    if (reason == 0 && isItsOwnPeer()) reason = ECONNREFUSED;
    if (reason == 0) {
      phase_ = Phase::Up;
    } else {
      remember(reason);
      connectToNext();
    }
  }

  // Until one address is being connected to, or none is left.
  void connectToNext() {
    while (next_ < addresses_.size()) {
      const Address& address = addresses_[next_++];
      const int reason = open(address);
      if (reason == 0) return expect(POLLOUT);
      remember(reason);
    }
    fail(reasonOf(reason_));
  }

  int open(const Address& address) {
    Descriptor fresh(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fresh.get() < 0) return errno;
    lanes_.letGo(*watch_);
    socket_ = std::move(fresh);
    const int on = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    // A peer that is gone without a word is found out after two minutes, not the kernel's two hours.
    for (const auto& [option, value] : {std::pair{TCP_KEEPIDLE, 60}, std::pair{TCP_KEEPINTVL, 10}, std::pair{TCP_KEEPCNT, 6}})
      ::setsockopt(socket_.get(), IPPROTO_TCP, option, &value, sizeof value);
    // EINTR means what EINPROGRESS means: the attempt goes on.
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address.bytes), address.size) == 0)
      return 0;
    return errno == EINPROGRESS || errno == EINTR ? 0 : errno;
  }

  // Of several addresses' reasons the last, but never one that only says that this host lacks the protocol.
  void remember(int reason) {
    const bool local = reason == EAFNOSUPPORT || reason == EADDRNOTAVAIL || reason == ENETUNREACH;
    if (reason_ == 0 || !local) reason_ = reason;
  }

  // Who connects again and again to a free local port of the ephemeral range meets itself some day.
  [[nodiscard]] bool isItsOwnPeer() const {
    Address own;
    Address peer;
    own.size = peer.size = sizeof(sockaddr_storage);
    return ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own.bytes), &own.size) == 0
           && ::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&peer.bytes), &peer.size) == 0
           && own.size == peer.size && std::memcmp(&own.bytes, &peer.bytes, own.size) == 0;
  }

  Lanes& lanes_;
  const std::string name_;
  std::string error_;
  Phase phase_ = Phase::Connecting;
  int reason_ = 0;
  std::shared_ptr<Lookup> lookup_;
  Deferred<std::vector<Address>, Use> addresses_;
  std::size_t next_ = 0;
  Descriptor socket_;
  std::shared_ptr<Watch> watch_;
};
using RealConnection = BasicRealConnection<>;

}  // namespace dstream::inline v0::detail
