// SPDX-License-Identifier: BSL-1.0
#pragma once
// resumableSocketStream: a TCP sender that can be told where to go on → DStream<T>, by a user's framing.

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
/// **meaning** as socketStream, of a sender that goes on where it is told: see resumableSocketTextStream.
/// **errors** as socketStream; bytes that the framing cannot cut make the receiver fail: the sender would send the same again.
template <class Use>
template <class F>
auto BasicStreamingContext<Use>::resumableSocketStream(std::string host, int port, F framing, SocketOptions options) {
  constexpr bool fits = Framing<F>;
  static_assert(fits, "resumableSocketStream needs a framing: a copyable type with value_type, frame(bytes) → size and record(frame) → value_type; see Framing");
  if constexpr (fits) {
    using Receiver = ByteReceiver<FramedBy<F>, FromResumableServer, Use>;
    options.validate("resumableSocketStream");
    options.requireWaiting("resumableSocketStream");
    return addInput(std::make_shared<Receiver>("resumable socket", FramedBy<F>{std::move(framing)}, FromResumableServer("resumableSocketStream", std::move(host), port), options));
  } else {
    return Invalid{};
  }
}
template <class Use>
template <class F>
auto BasicStreamingContext<Use>::resumableSocketStream(std::string host, int port, F framing) {
  return resumableSocketStream(std::move(host), port, std::move(framing), SocketOptions{});
}

}  // namespace dstream::inline v0
