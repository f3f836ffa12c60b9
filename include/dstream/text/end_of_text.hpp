// SPDX-License-Identifier: BSL-1.0
#pragma once
// endOfText: the last bytes of a text as one word, without a branch that depends on how many it has.

#include <cstddef>
#include <cstdint>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

#if defined(__x86_64__)
/// The eight bytes that end at `end`. Runs over the beginning of a short text, which faults nowhere as long as it stays within the page. In assembly, since
/// the compiler and its sanitizers must take no notice: taken by its size, each text would cost a branch that nobody can foresee.
DSTREAM_INLINE std::uint64_t eightBytesTo(const char* end) {
  struct Eight {
    char bytes[8];
  };
  std::uint64_t word;
  const char* from = end - 8;
  asm("" : "+r"(from));  // nor may it warn that a text known to it is shorter
  asm("movq %1, %0" : "=r"(word) : "m"(*reinterpret_cast<const Eight*>(from)));
  return word;
}
#endif

/// The `bytes` from 1 to 8 that end at `end`, the last of them highest; what is below them is whatever it is.
DSTREAM_INLINE constexpr std::uint64_t endOfText(const char* end, std::size_t bytes) {
#if defined(__x86_64__)
  if (!__builtin_is_constant_evaluated() && (reinterpret_cast<std::uintptr_t>(end - 1) & 4095) >= 7) [[likely]] return eightBytesTo(end);
#endif
  std::uint64_t word = 0;
  for (std::size_t i = 1; i <= bytes; ++i) word |= static_cast<std::uint64_t>(static_cast<unsigned char>(*(end - i))) << (64 - 8 * i);
  return word;
}

}  // namespace dstream::inline v0::detail
