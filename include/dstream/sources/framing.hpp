// SPDX-License-Identifier: BSL-1.0
#pragma once
// Framing: how a stream of bytes is cut into records, by a plain type of the user's.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// Thrown by a framing: these bytes are no records, and nobody can say where the next one begins. The connection is given up and made anew.
struct FramingError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// **meaning** a plain type with `value_type`; `frame(bytes)`, the size of the first record's frame at the front of `bytes`, all that belongs to it included
/// and more than `bytes` has where that is known early, or 0 while it cannot be told; and `record(frame)`, that frame as value_type, a view into it if
/// need be. It may have `accepts(frame)`: false drops the frame, with an event; and `static constexpr bool openEnd = true`: what is left when
/// the sender closes in order is a record, though its frame has no end.
/// **function contract** frame, accepts: on the io lane, as bytes arrive, perhaps again with more of them; they may throw FramingError.
/// record, and frame again: in the loop of a batch, at the same time from several threads. All const.
template <class T>
concept Framing = std::copy_constructible<T> && requires(const T& framing, std::string_view bytes) {
  typename T::value_type;
  { framing.frame(bytes) } -> std::convertible_to<std::size_t>;
  { framing.record(bytes) } -> std::convertible_to<typename T::value_type>;
};

/// What a former gave up, and why; no bytes: nothing.
struct Dropped {
  std::uint64_t bytes = 0;
  std::string reason = {};
};

}  // namespace dstream::inline v0
