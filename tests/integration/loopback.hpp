// SPDX-License-Identifier: BSL-1.0
#pragma once
// The other end of a connection, on the loopback: listeners and sockets as a server of the tests
// needs them.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "support/random.hpp"

namespace integration {

[[noreturn]] inline void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {
    if (fd < 0) fail("socket");
  }
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EINTR) fail("send");
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Cut anywhere, into pieces of one byte up to some thousands.
  void sendInPieces(std::string_view bytes, support::Random& random) const {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (!bytes.empty()) {
      const std::size_t upTo = std::size_t{1} << random.below(14);
      const std::size_t piece = std::min(bytes.size(), 1 + random.below(upTo));
      send(bytes.substr(0, piece));
      bytes.remove_prefix(piece);
    }
  }

  /// Blocks until the other side has closed.
  void awaitClose() const {
    std::array<char, 64> bytes;
    ssize_t got = 0;
    do {
      got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    } while (got > 0 || (got < 0 && errno == EINTR));
  }

  /// Closes with a reset instead of a FIN.
  void reset() && {
    const linger atOnce{1, 0};
    if (::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &atOnce, sizeof atOnce) != 0) fail("linger");
    ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

/// A free port of 127.0.0.1. Until `listen` who connects is refused.
class Port {
 public:
  Port() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(socket_.get(), generic, size) != 0) fail("bind");
    if (::getsockname(socket_.get(), generic, &size) != 0) fail("getsockname");
    number_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::uint16_t number() const { return number_; }

  void listen() const {
    if (::listen(socket_.get(), SOMAXCONN) != 0) fail("listen");
  }

  [[nodiscard]] Socket accept() const {
    while (true) {
      const int fd = ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) return Socket(fd);
      if (errno != EINTR && errno != ECONNABORTED) fail("accept");
    }
  }

 private:
  Socket socket_;
  std::uint16_t number_ = 0;
};

/// A number that one thread raises and others wait for.
class Counter {
 public:
  void raise(std::size_t by = 1) {
    {
      const std::lock_guard lock(mutex_);
      value_ += by;
    }
    raised_.notify_all();
  }
  void await(std::size_t value) {
    std::unique_lock lock(mutex_);
    raised_.wait(lock, [&] { return value_ >= value; });
  }
  [[nodiscard]] std::size_t value() {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable raised_;
  std::size_t value_ = 0;
};

}  // namespace integration
