// SPDX-License-Identifier: BSL-1.0
#pragma once
// blanks: which of up to 64 bytes are white space, as a mask; 16 bytes at a time where the target has SSE2, else one by one.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// The six characters of isspace in the C locale.
DSTREAM_INLINE constexpr bool isBlank(char c) { return c == ' ' || static_cast<unsigned char>(c - '\t') < 5; }

constexpr std::uint64_t blanksByByte(const char* text, std::size_t bytes) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < bytes; ++i) mask |= static_cast<std::uint64_t>(isBlank(text[i])) << i;
  return mask;
}

/// All bits from `bytes` on. 64 has none.
DSTREAM_INLINE constexpr std::uint64_t bitsFrom(std::size_t bytes) { return bytes < 64 ? ~std::uint64_t{0} << bytes : 0; }

#if defined(__SSE2__)
/// Vector extensions of the compiler: the intrinsics' header would cost more than this folder.
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;
using Signed16 [[gnu::vector_size(16)]] = char;

DSTREAM_INLINE std::uint64_t blanks16(const char* text) {
  Bytes16 bytes;
  __builtin_memcpy(&bytes, text, sizeof(bytes));
  const auto blank = (bytes == ' ') | (bytes - '\t' < 5);
  return static_cast<std::uint64_t>(static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Signed16>(blank))));
}

/// Fewer than 64 bytes, read without touching a byte outside them: the last 16 overlap what was read before.
inline std::uint64_t blanksOfTail(const char* text, std::size_t bytes) {
  if (bytes >= 16) {
    std::uint64_t mask = blanks16(text + bytes - 16) << (bytes - 16);
    for (std::size_t i = 0; i + 16 < bytes; i += 16) mask |= blanks16(text + i) << i;
    return mask;
  }
  char padded[16] = {};
  std::memcpy(padded, text, bytes);
  return blanks16(padded);
}
#endif

/// Bit i: byte i of the `bytes` ≤ 64 at `text` is white space; bits from `bytes` on are set.
DSTREAM_INLINE constexpr std::uint64_t blanks(const char* text, std::size_t bytes) {
#if defined(__SSE2__)
  if (!std::is_constant_evaluated()) {
    if (bytes == 64) return blanks16(text) | blanks16(text + 16) << 16 | blanks16(text + 32) << 32 | blanks16(text + 48) << 48;
    return blanksOfTail(text, bytes) | bitsFrom(bytes);
  }
#endif
  return blanksByByte(text, bytes) | bitsFrom(bytes);
}

}  // namespace dstream::inline v0::detail
