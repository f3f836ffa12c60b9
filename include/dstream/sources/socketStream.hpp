// SPDX-License-Identifier: BSL-1.0
#pragma once
// socketStream: a TCP connection → DStream<T>, by a user's framing.

#include <cstdint>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/frame_former.hpp>
#include <dstream/sources/framing.hpp>

namespace dstream::inline v0 {

/// **shape** → DStream<F::value_type>
/// **meaning** connects to `host:port` as a client and makes a record of every frame it is sent, as `framing` cuts the bytes (see Framing). Bytes that
/// it cannot cut end the connection, with an event, and a new one is made. A frame over Configuration::maxRecordBytes is dropped, with an event;
/// where its size is not told, the connection ends. Connecting and reconnecting are as in socketTextStream.
/// **kept** frames in receive buffers, as socketTextStream; records that are views are valid during the step.
/// **order** that of the connection; one partition per buffer. **errors** compile time: not a Framing. Else as socketTextStream.
/// **source** Spark's socketStream, its converter.
template <class Use>
template <class F>
auto BasicStreamingContext<Use>::socketStream(std::string host, int port, F framing, SocketOptions options) {
  constexpr bool fits = Framing<F>;
  static_assert(fits, "socketStream needs a framing: a copyable type with value_type, frame(bytes) → size and record(frame) → value_type; see Framing");
  if constexpr (fits) {
    using Receiver = ByteReceiver<FramedBy<F>, FromServer, Use>;
    options.validate("socketStream");
    return addInput(std::make_shared<Receiver>("socket", FramedBy<F>{std::move(framing)}, FromServer("socketStream", std::move(host), port), options));
  } else {
    return Invalid{};
  }
}
template <class Use>
template <class F>
auto BasicStreamingContext<Use>::socketStream(std::string host, int port, F framing) {
  return socketStream(std::move(host), port, std::move(framing), SocketOptions{});
}

}  // namespace dstream::inline v0
