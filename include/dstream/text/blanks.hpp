// SPDX-License-Identifier: BSL-1.0
#pragma once
// blanks: which of up to 64 bytes are white space, as a mask; 16 bytes at a time where the target has SSE2, else one by one. The same for line feeds.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// The six characters of isspace in the C locale.
DSTREAM_INLINE constexpr bool isBlank(char c) { return c == ' ' || static_cast<unsigned char>(c - '\t') < 5; }

/// What is looked for: one byte, or a vector of unsigned ones.
struct Blank {
  DSTREAM_INLINE static constexpr bool is(char c) { return isBlank(c); }
  template <class Bytes>
  DSTREAM_INLINE static auto are(Bytes bytes) {
    return (bytes == ' ') | (bytes - '\t' < 5);
  }
};
struct Feed {
  DSTREAM_INLINE static constexpr bool is(char c) { return c == '\n'; }
  template <class Bytes>
  DSTREAM_INLINE static auto are(Bytes bytes) {
    return bytes == '\n';
  }
};

template <class Wanted>
constexpr std::uint64_t maskByByte(const char* text, std::size_t bytes) {
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < bytes; ++i) mask |= static_cast<std::uint64_t>(Wanted::is(text[i])) << i;
  return mask;
}

/// All bits from `bytes` on. 64 has none.
DSTREAM_INLINE constexpr std::uint64_t bitsFrom(std::size_t bytes) { return bytes < 64 ? ~std::uint64_t{0} << bytes : 0; }

#if defined(__SSE2__)
/// Vector extensions of the compiler: the intrinsics' header would cost more than this folder.
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;
using Signed16 [[gnu::vector_size(16)]] = char;

template <class Wanted>
DSTREAM_INLINE std::uint64_t mask16(const char* text) {
  Bytes16 bytes;
  __builtin_memcpy(&bytes, text, sizeof(bytes));
  return static_cast<std::uint64_t>(static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Signed16>(Wanted::are(bytes)))));
}

/// Fewer than 64 bytes, read without touching a byte outside them: the last 16 overlap what was read before. Once per text, and not inlined: at -O3
/// GCC 12 would spoil the loop over the others with it.
template <class Wanted>
[[gnu::noinline]] std::uint64_t maskOfTail(const char* text, std::size_t bytes) {
  if (bytes >= 16) {
    std::uint64_t mask = mask16<Wanted>(text + bytes - 16) << (bytes - 16);
    for (std::size_t i = 0; i + 16 < bytes; i += 16) mask |= mask16<Wanted>(text + i) << i;
    return mask;
  }
  char padded[16] = {};
  if (bytes != 0) std::memcpy(padded, text, bytes);
  return mask16<Wanted>(padded);
}
#endif

/// Bit i: byte i of the `bytes` ≤ 64 at `text` is wanted; bits from `bytes` on are 0, as long as 0 is not wanted.
template <class Wanted>
DSTREAM_INLINE constexpr std::uint64_t maskOf(const char* text, std::size_t bytes) {
#if defined(__SSE2__)
  if (!std::is_constant_evaluated()) {
    if (bytes == 64) return mask16<Wanted>(text) | mask16<Wanted>(text + 16) << 16 | mask16<Wanted>(text + 32) << 32 | mask16<Wanted>(text + 48) << 48;
    return maskOfTail<Wanted>(text, bytes);
  }
#endif
  return maskByByte<Wanted>(text, bytes);
}

/// Bit i: byte i of the `bytes` ≤ 64 at `text` is white space; bits from `bytes` on are set.
DSTREAM_INLINE constexpr std::uint64_t blanks(const char* text, std::size_t bytes) { return maskOf<Blank>(text, bytes) | bitsFrom(bytes); }

}  // namespace dstream::inline v0::detail
