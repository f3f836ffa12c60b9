// SPDX-License-Identifier: BSL-1.0
#pragma once
// rawSocketStream: a TCP connection of length-prefixed blocks of encoded records → DStream<T>.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/runtime/streaming_context.hpp>
#include <dstream/sources/framing.hpp>
#include <dstream/sources/socketStream.hpp>

namespace dstream::inline v0 {

/// **meaning** the Framing of blocks: a length in 4 bytes, signed and the highest first, then so many bytes, which are encoded T's one after another.
/// A negative length is a FramingError; a block that holds no T's is refused whole.
template <class T>
struct RawBlocks {
  using value_type = std::string_view;

  [[nodiscard]] static std::size_t frame(std::string_view bytes) {
    if (bytes.size() < prefix) return 0;
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < prefix; ++i) length = length << 8 | static_cast<unsigned char>(bytes[i]);
    if (static_cast<std::int32_t>(length) < 0) throw FramingError("a block of negative length " + std::to_string(static_cast<std::int32_t>(length)));
    return prefix + length;
  }
  [[nodiscard]] static bool accepts(std::string_view frame) {
    try {
      for (frame.remove_prefix(prefix); !frame.empty();) static_cast<void>(detail::takeElement<T>(frame));
      return true;
    } catch (const DecodeError&) {
      return false;
    }
  }
  [[nodiscard]] static std::string_view record(std::string_view frame) { return frame.substr(prefix); }

  static constexpr std::size_t prefix = 4;
};

namespace detail {

/// The T's of an encoded block.
template <class T>
struct DecodedAll {
  using reference = T;

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Accumulator accumulator, Step& step) const {
    for (std::string_view rest = bytes; !rest.empty();) {
      accumulator = step(std::move(accumulator), takeElement<T>(rest));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

  std::string_view bytes;
};

template <class T>
struct DecodeAll {
  DecodedAll<T> operator()(std::string_view bytes) const { return {bytes}; }
};

}  // namespace detail

/// **shape** → DStream<T>
/// **meaning** connects to `host:port` and takes blocks: a 4-byte length, the highest byte first, and so many bytes of T's as Codec<T> encodes them; T may be
/// std::string_view, whose records are valid during the step. An empty block is none. A block over Configuration::maxRecordBytes, or of something
/// else, is passed over, with an event; a negative length ends the connection. No length allocates anything. Else as socketStream.
/// **cost** a block is decoded twice: once to be sure of it, as it comes, and once by the batch.
/// **errors** compile time: no Codec of T. **source** Spark's rawSocketStream; the content is ours. **example** examples/raw_network_grep.cpp
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::rawSocketStream(std::string host, int port, SocketOptions options) {
  constexpr bool codable = Codable<T>;
  static_assert(codable, "rawSocketStream<T> needs a Codec of T; specialise dstream::Codec for it");
  if constexpr (codable) {
    using Receiver = ByteReceiver<FramedBy<RawBlocks<T>>, FromServer, Use>;
    options.validate("rawSocketStream");
    return addInput(std::make_shared<Receiver>("socket", FramedBy<RawBlocks<T>>{}, FromServer("rawSocketStream", std::move(host), port), options)) | flatMap(detail::DecodeAll<T>{});
  } else {
    return Invalid{};
  }
}
template <class Use>
template <class T>
auto BasicStreamingContext<Use>::rawSocketStream(std::string host, int port) {
  return rawSocketStream<T>(std::move(host), port, SocketOptions{});
}

}  // namespace dstream::inline v0
