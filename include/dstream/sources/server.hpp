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
#include <dstream/runtime/rate_limit.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// What a receiver does when blockMemory is used up. Wait: it stops reading, and TCP slows the sender; nothing is lost. DropOldest: of what waits for a batch the oldest
/// block goes. Sample: every other block that waits goes. What goes is an event DataDropped, and in ReceiverInfo::overloadBytes.
enum class Overload { Wait, DropOldest, Sample };

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
  /// **units** bytes. Not 0: what comes is written to a log in the checkpoint's directory, which is kept below this size (a start, while it copies the newest part, takes up to a
  /// quarter more), and a batch has it only once it is durable, so that no crash of the program loses what the log has. What the kernel has acknowledged and the log has not yet, some milliseconds' worth, is
  /// lost with the machine or the process all the same: only a resumable sender closes that gap.
  std::uint64_t logBytes = 0;
  RateLimit rate = {};
  /// Not Wait: neither with a log nor of a resumable sender, which promise that nothing is lost.
  Overload onOverload = Overload::Wait;
  /// How long each address of the server may take to answer; then the next one of its name has its turn, and after the last the connect has failed. So long may a
  /// resumable sender, too, take to say where it begins. How long a name is looked up is the resolver's affair. Zero: the system's own limit, of two minutes or so.
  std::chrono::nanoseconds connectTimeout = std::chrono::seconds(10);
  /// A connection on which nothing came for so long, since it was made, has broken: a pulled cable is silence. It is found out within twice that. Zero: keepalive
  /// tells, after two minutes.
  std::chrono::nanoseconds idleTimeout{0};

  /// **errors** std::invalid_argument that names the source.
  void validate(const char* source) const {
    if (firstRetry.count() <= 0 || lastRetry < firstRetry)
      throw std::invalid_argument("dstream: " + std::string(source) + ": firstRetry must be longer than zero and not longer than lastRetry");
    if (logBytes != 0 && logBytes < std::uint64_t{1} << 16) throw std::invalid_argument("dstream: " + std::string(source) + ": logBytes must be at least 64 KiB");
    if (logBytes != 0 && onOverload != Overload::Wait) throw std::invalid_argument("dstream: " + std::string(source) + ": with a log nothing is dropped, so onOverload must be Wait");
    if (connectTimeout.count() < 0) throw std::invalid_argument("dstream: " + std::string(source) + ": connectTimeout must not be negative");
    if (idleTimeout.count() < 0) throw std::invalid_argument("dstream: " + std::string(source) + ": idleTimeout must not be negative");
    rate.validate(source);
  }
  /// Of a sender that goes on.
  void requireWaiting(const char* source) const {
    if (onOverload != Overload::Wait) throw std::invalid_argument("dstream: " + std::string(source) + ": nothing is dropped of what a sender keeps, so onOverload must be Wait");
  }
};

/// **meaning** where a receiver's bytes come from: a server.
struct FromServer {
  static constexpr bool resumable = false;
  static constexpr const char* end = ": the sender closed the connection";

  FromServer(const char* source, std::string host, int port) : endpoint{std::move(host), static_cast<std::uint16_t>(port)} {
    if (endpoint.host.empty()) throw std::invalid_argument(std::string("dstream: ") + source + " needs a host");
    if (port < 1 || port > 65'535) throw std::invalid_argument(std::string("dstream: ") + source + " needs a port, from 1 to 65535: " + std::to_string(port) + " is none");
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
