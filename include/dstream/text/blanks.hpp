// SPDX-License-Identifier: BSL-1.0
#pragma once
// blanks: which of up to 64 bytes are white space, as a mask.

#include <cstddef>
#include <cstdint>

#include <dstream/core/config.hpp>
#include <dstream/text/byte_mask.hpp>

namespace dstream::inline v0::detail {

/// The six characters of isspace in the C locale.
struct Blank {
  DSTREAM_INLINE static constexpr bool one(char c) { return c == ' ' || static_cast<unsigned char>(c - '\t') < 5; }
  template <class Bytes>
  DSTREAM_INLINE static auto all(Bytes bytes) {
    return (bytes == ' ') | (bytes - '\t' < 5);
  }
};

DSTREAM_INLINE constexpr bool isBlank(char c) { return Blank::one(c); }

/// Bit i: byte i of the `bytes` ≤ 64 at `text` is white space; bits from `bytes` on are set.
DSTREAM_INLINE constexpr std::uint64_t blanks(const char* text, std::size_t bytes) {
  return byteMask<Blank>(text, bytes) | (bytes < 64 ? ~std::uint64_t{0} << bytes : 0);
}

}  // namespace dstream::inline v0::detail
