// SPDX-License-Identifier: BSL-1.0
#pragma once
// SocketOptions: how a receiver of bytes behaves. FromServer: the server that it connects to.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// How a receiver of bytes behaves: of a socket, and of standard input.
struct SocketOptions {
  /// What it means that the sender closed the connection. Spark reconnects, for ever.
  EndOfStream onEnd = EndOfStream::Reconnect;
  /// A byte-order mark at the start of a connection is taken away; without this it is data.
  bool stripBom = false;
  /// Waits before a connect: doubled from the first to the last with each one that fails, and jittered by a quarter either way.
  std::chrono::nanoseconds firstRetry = std::chrono::milliseconds(100);
  std::chrono::nanoseconds lastRetry = std::chrono::seconds(2);
  /// After so many connects in a row that failed the receiver has failed, and awaitTermination throws; 0: it goes on trying.
  std::uint64_t failAfter = 0;

  /// **errors** std::invalid_argument that names the source.
  void validate(const char* source) const {
    if (firstRetry.count() <= 0 || lastRetry < firstRetry)
      throw std::invalid_argument("dstream: " + std::string(source) + ": firstRetry must be longer than zero and not longer than lastRetry");
  }
};

/// **meaning** where a receiver's bytes come from: a server.
struct FromServer {
  static constexpr bool resumable = false;
  static constexpr const char* end = ": the sender closed the connection";

  FromServer(const char* source, std::string host, std::uint16_t port) : endpoint{std::move(host), port} {
    if (endpoint.host.empty()) throw std::invalid_argument(std::string("dstream: ") + source + " needs a host");
    if (port == 0) throw std::invalid_argument(std::string("dstream: ") + source + " needs a port");
  }
  template <class Through>
  [[nodiscard]] auto open(Through& world, Actor& owner) const {
    return world.connect(endpoint, owner);
  }
  [[nodiscard]] std::string peer() const { return endpoint.host + ":" + std::to_string(endpoint.port); }

  Endpoint endpoint;
};

/// **meaning** the same of a server that can be told where to go on.
struct FromResumableServer : FromServer {
  static constexpr bool resumable = true;
  using FromServer::FromServer;
};

}  // namespace dstream::inline v0
