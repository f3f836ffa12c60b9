// SPDX-License-Identifier: BSL-1.0
#pragma once
// standardInputStream: the lines of standard input → DStream<string_view>.

#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/line_framing.hpp>

namespace dstream::inline v0 {

/// **meaning** where a receiver's bytes come from: the program's standard input.
struct FromStandardInput {
  static constexpr bool resumable = false;
  static constexpr const char* end = ": it has come to its end";

  template <class Through>
  [[nodiscard]] static auto open(Through& world, Actor& owner) {
    return world.standardInput(owner);
  }
  [[nodiscard]] static std::string peer() { return "standard input"; }
};

/// **shape** → DStream<string_view>
/// **meaning** the lines of standard input, a pipe, a terminal or a file: `cat book.txt | program`. Its end is the stream's. Lines, limits and memory are as
/// in socketTextStream. **errors** IllegalState after start. One stream only: two of them would share the bytes at random. Not replayable.
template <class Use>
auto BasicStreamingContext<Use>::standardInputStream(bool stripBom) {
  using Receiver = ByteReceiver<LineFraming, FromStandardInput, Use>;
  return addInput(std::make_shared<Receiver>("standard input", LineFraming{}, FromStandardInput{}, SocketOptions{.onEnd = EndOfStream::Finish, .stripBom = stripBom, .failAfter = 1}));
}

}  // namespace dstream::inline v0
