// SPDX-License-Identifier: BSL-1.0
#pragma once
// A sender that serves the same text to whoever connects, and the receive loop of the programs
// without a library.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "socket/contenders.hpp"

namespace bench {

/// A bench that cannot have its socket ends with the reason.
inline void require(bool good, const char* what) {
  if (good) return;
  std::cerr << "socket bench: " << what << ": " << std::strerror(errno) << '\n';
  std::exit(1);
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor, const char* what) : descriptor_(descriptor) {
    require(descriptor >= 0, what);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(descriptor_); }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

inline void connectTo(std::uint16_t port, const Descriptor& connection) {
  const sockaddr_in address = loopback(port);
  require(::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address)
              == 0,
          "connect");
}

/// Listens on the loopback interface, on a port of the system's choice.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM, 0), "socket") {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const to = reinterpret_cast<sockaddr*>(&address);
    require(::bind(socket_.get(), to, size) == 0 && ::listen(socket_.get(), 8) == 0
                && ::getsockname(socket_.get(), to, &size) == 0,
            "cannot listen on the loopback interface");
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The next connection, or less than 0 after close().
  [[nodiscard]] int accept() const { return ::accept(socket_.get(), nullptr, nullptr); }
  void close() const { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  Descriptor socket_;
  std::uint16_t port_ = 0;
};

/// Serves one connection after another, on a thread of its own: `serve(connection)` for each.
class Server {
 public:
  explicit Server(std::function<void(int)> serve)
      : serve_(std::move(serve)), thread_([this] {
          for (int accepted = 0; (accepted = listener_.accept()) >= 0;) {
            const Descriptor connection(accepted, "accept");
            serve_(accepted);
          }
        }) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    listener_.close();
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }

 private:
  std::function<void(int)> serve_;
  Listener listener_;
  std::thread thread_;
};

/// Sends the text so many times, 1 MiB at a time, to each connection; a plain loop.
class Sender : public Server {
 public:
  Sender(std::string_view text, int copies)
      : Server([text, copies](int connection) {
          for (int copy = 0; copy < copies; ++copy)
            for (std::string_view rest = text; !rest.empty();) {
              const ssize_t sent = ::send(connection, rest.data(),
                                          std::min(rest.size(), std::size_t{1} << 20), MSG_NOSIGNAL);
              if (sent <= 0) return;
              rest.remove_prefix(static_cast<std::size_t>(sent));
            }
        }) {}
};

/// recv into 64 KiB; `lines(text, received)` adds the lines that end in `text` and returns the
/// bytes they take. What is left is moved to the front. No line here is longer than the buffer; the
/// last one may lack its end.
template <class Lines>
Received receive(std::uint16_t port, Lines lines) {
  const Descriptor connection(::socket(AF_INET, SOCK_STREAM, 0), "socket");
  connectTo(port, connection);
  Received received;
  std::vector<char> buffer(std::size_t{64} << 10);
  std::size_t kept = 0;
  while (true) {
    const ssize_t bytes = ::recv(connection.get(), buffer.data() + kept, buffer.size() - kept, 0);
    if (bytes <= 0) break;
    const std::string_view text(buffer.data(), kept + static_cast<std::size_t>(bytes));
    const std::size_t used = lines(text, received);
    kept = text.size() - used;
    std::memmove(buffer.data(), buffer.data() + used, kept);
  }
  if (kept != 0) received = received + Received{1, static_cast<std::int64_t>(kept)};
  return received;
}

inline std::string_view withoutReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

inline Received received(std::string_view line) {
  return {1, static_cast<std::int64_t>(line.size())};
}

}  // namespace bench
