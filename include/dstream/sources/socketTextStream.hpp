// SPDX-License-Identifier: BSL-1.0
#pragma once
// socketTextStream: a TCP connection → DStream<string_view>, one record a line.

#include <cstdint>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/line_framing.hpp>

namespace dstream::inline v0 {

/// **shape** → DStream<string_view>
/// **meaning** connects to `host:port` as a client and makes a record of every line it is sent; a batch holds what was received up to its time.
/// Lines are as in `lines`; bytes pass unchanged. The last line of a connection that the sender closed in order counts even without a line end;
/// of one that broke it is dropped, with an event. A connect that fails and a connection that ends are tried again (see SocketOptions).
/// **kept** views into receive buffers, valid during their batch; at most Configuration::blockMemory bytes, then TCP slows the sender.
/// **order** that of the connection; one partition per buffer. **cost** a receive call per buffer; nothing is copied but the cut line at its end.
/// **errors** std::invalid_argument for an empty host or port 0; IllegalState after start. A refused connect is an event, never an exception,
/// unless `failAfter` says so. Not replayable, not resumable: what the kernel has acknowledged
/// and no finished batch had is lost with the process, but for what `logBytes` has put into a log, and with the connection its last, begun line; exactlyOnce() does not compile.
/// **source** Spark's socketTextStream. **example** examples/network_word_count.cpp
template <class Use>
auto BasicStreamingContext<Use>::socketTextStream(std::string host, int port, SocketOptions options) {
  using Receiver = ByteReceiver<LineFraming, FromServer, Use>;
  static_assert(Source<Receiver>);
  options.validate("socketTextStream");
  return addInput(std::make_shared<Receiver>("socket text", LineFraming{}, FromServer("socketTextStream", std::move(host), port), options));
}
template <class Use>
auto BasicStreamingContext<Use>::socketTextStream(std::string host, int port) {
  return socketTextStream(std::move(host), port, SocketOptions{});
}

}  // namespace dstream::inline v0
