// SPDX-License-Identifier: BSL-1.0
#pragma once
// byteMask: which of up to 64 bytes pass a test, as a mask; 16 bytes at a time where the target has SSE2, else one by one.

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

#if defined(__SSE2__)
/// Vector extensions of the compiler: the intrinsics' header would cost more than this folder.
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;
using Signed16 [[gnu::vector_size(16)]] = char;

template <class Test>
DSTREAM_INLINE std::uint64_t byteMask16(const char* text, Test test = {}) {
  Bytes16 bytes;
  __builtin_memcpy(&bytes, text, sizeof(bytes));
  return static_cast<std::uint64_t>(static_cast<unsigned>(__builtin_ia32_pmovmskb128(reinterpret_cast<Signed16>(test.all(bytes)))));
}

/// Fewer than 64 bytes, read without touching a byte outside them: the last 16 overlap what was read before. Once per text, and not inlined: at -O3
/// GCC 12 would spoil the loop over the others with it.
template <class Test>
[[gnu::noinline]] std::uint64_t byteMaskOfTail(const char* text, std::size_t bytes, Test test = {}) {
  if (bytes >= 16) {
    std::uint64_t mask = byteMask16(text + bytes - 16, test) << (bytes - 16);
    for (std::size_t i = 0; i + 16 < bytes; i += 16) mask |= byteMask16(text + i, test) << i;
    return mask;
  }
  char padded[16] = {};
  if (bytes != 0) __builtin_memcpy(padded, text, bytes);
  return byteMask16(padded, test) & ((std::uint64_t{1} << bytes) - 1);
}
#endif

/// Bit i: byte i of the `bytes` ≤ 64 at `text` passes the test; bits from `bytes` on are clear. Test: `one(char)`, and `all(Bytes16)`, which gives
/// bytes of ones and zeros.
template <class Test>
DSTREAM_INLINE constexpr std::uint64_t byteMask(const char* text, std::size_t bytes, Test test = {}) {
#if defined(__SSE2__)
  if (!std::is_constant_evaluated()) {
    if (bytes != 64) return byteMaskOfTail(text, bytes, test);
    return byteMask16(text, test) | byteMask16(text + 16, test) << 16 | byteMask16(text + 32, test) << 32 | byteMask16(text + 48, test) << 48;
  }
#endif
  std::uint64_t mask = 0;
  for (std::size_t i = 0; i < bytes; ++i) mask |= static_cast<std::uint64_t>(test.one(text[i])) << i;
  return mask;
}

}  // namespace dstream::inline v0::detail
