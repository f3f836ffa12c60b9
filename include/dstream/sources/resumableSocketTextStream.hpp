// SPDX-License-Identifier: BSL-1.0
#pragma once
// resumableSocketTextStream: a TCP sender that can be told where to go on → DStream<string_view>, one record a line.

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
/// **meaning** as socketTextStream, of a sender that has one text and keeps it: at each connect the receiver says at which byte of it to go on, so nothing is lost
/// and nothing comes twice, however often the connection breaks; under a checkpoint also across a crash of the program, and exactlyOnce() compiles.
/// The conversation: the receiver sends the byte's offset, in decimal, and LF; the sender answers with the same line and sends from there on. Each later line
/// of the receiver is an offset too: the sender may forget what is before it. A line that a connection ends in goes on with the next one; only with
/// EndOfStream::Finish or Fail does an orderly close end the text.
/// **kept** as socketTextStream. **cost** two lines a connection, and a line per batch that is committed.
/// **errors** as socketTextStream. A sender that gives no answer (within SocketOptions::connectTimeout), another one, or closes first, is a connect that failed
/// (see SocketOptions::failAfter). Sent again, a batch that was planned before a crash must be the same bytes: where it has no line's end any more, the receiver
/// fails. Without a checkpoint a new run of the program begins at byte 0. **source** ours. **example** examples/text_server.cpp, --resumable
template <class Use>
auto BasicStreamingContext<Use>::resumableSocketTextStream(std::string host, int port, SocketOptions options) {
  using Receiver = ByteReceiver<LineFraming, FromResumableServer, Use>;
  static_assert(Source<Receiver>);
  options.validate("resumableSocketTextStream");
  options.requireWaiting("resumableSocketTextStream");
  return addInput(std::make_shared<Receiver>("resumable socket text", LineFraming{}, FromResumableServer("resumableSocketTextStream", std::move(host), port), options));
}
template <class Use>
auto BasicStreamingContext<Use>::resumableSocketTextStream(std::string host, int port) {
  return resumableSocketTextStream(std::move(host), port, SocketOptions{});
}

}  // namespace dstream::inline v0
