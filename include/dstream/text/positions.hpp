// SPDX-License-Identifier: BSL-1.0
#pragma once
// positions: where words begin and end in whole chunks of 64 bytes; by compressed positions on processors that have them.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <dstream/core/config.hpp>
#include <dstream/text/blanks.hpp>

namespace dstream::inline v0::detail {

/// Where white space and what is not meet: beginning and end of words, alternately. `inside`: a word goes on from before; then from the last chunk.
struct WordEdges {
  DSTREAM_INLINE constexpr std::uint64_t operator()(std::uint64_t blank) {
    const std::uint64_t edges = ~blank ^ (~blank << 1 | inside);
    inside = ~blank >> 63;
    return edges;
  }
  std::uint64_t inside = 0;
};

/// A place for each byte, and more, since several are written at a time. At most 1,023 chunks.
inline constexpr std::size_t placesFor(std::size_t chunks) { return chunks * 64 + 32; }

DSTREAM_INLINE constexpr std::size_t bitsIn(std::uint64_t mask) {
#if defined(__POPCNT__)
  return static_cast<std::size_t>(std::popcount(mask));
#else  // where it is a call into a library
  mask -= mask >> 1 & 0x5555555555555555;
  mask = (mask & 0x3333333333333333) + (mask >> 2 & 0x3333333333333333);
  return static_cast<std::size_t>(((mask + (mask >> 4)) & 0x0f0f0f0f0f0f0f0f) * 0x0101010101010101 >> 56);
#endif
}

/// Writes the positions of the set bits, each plus `base`, to `places`; gives their number. In eights, since how many there are cannot be foreseen.
DSTREAM_INLINE constexpr std::size_t writeBits(std::uint64_t mask, std::size_t base, std::uint16_t* places) {
  const std::size_t found = bitsIn(mask);
  for (std::size_t done = 0; done < found; done += 8)
    for (std::size_t i = 0; i < 8; ++i) {
      places[done + i] = static_cast<std::uint16_t>(base + static_cast<std::size_t>(std::countr_zero(mask | std::uint64_t{1} << 63)));
      mask &= mask - 1;
    }
  return found;
}

constexpr std::size_t positionsByBits(const char* text, std::size_t chunks, std::uint16_t* places, WordEdges& marks) {
  std::size_t count = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk)
    count += writeBits(marks(blanks(text + chunk * 64, 64)), chunk * 64, places + count);
  return count;
}

#if defined(__x86_64__)
inline bool hasCompress() { return __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512bw"); }

using Bytes64 [[gnu::vector_size(64)]] = unsigned char;
using Signed64 [[gnu::vector_size(64)]] = char;
using Bytes32 [[gnu::vector_size(32)]] = unsigned char;
using Places32 [[gnu::vector_size(64)]] = std::uint16_t;

/// No branch per position, so half the time of the bits; chosen at run time, since who compiles for all processors sets no flag for this one.
[[gnu::target("avx512f,avx512bw,avx512vbmi2,popcnt"), gnu::noinline]] inline std::size_t positionsByCompress(const char* text, std::size_t chunks,
                                                                                                      std::uint16_t* places, WordEdges& marks) {
  Bytes64 counted;
  for (unsigned char i = 0; i < 64; ++i) counted[i] = i;
  WordEdges own = marks;
  std::size_t count = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    Bytes64 bytes;
    __builtin_memcpy(&bytes, text + chunk * 64, sizeof(bytes));
    const auto blank = (bytes == ' ') | (bytes - '\t' < 5);
    const std::uint64_t mask = own(__builtin_ia32_cvtb2mask512(reinterpret_cast<Signed64>(blank)));
    const auto found = static_cast<std::size_t>(__builtin_popcountll(mask));
    const auto packed = __builtin_ia32_compressqi512_mask(reinterpret_cast<Signed64>(counted), Signed64{}, mask);
    for (std::size_t half = 0; half * 32 < found; ++half) {
      Bytes32 part;
      __builtin_memcpy(&part, reinterpret_cast<const char*>(&packed) + half * 32, sizeof(part));
      const Places32 wide = __builtin_convertvector(part, Places32) + static_cast<std::uint16_t>(chunk * 64);
      __builtin_memcpy(places + count + half * 32, &wide, sizeof(wide));
    }
    count += found;
  }
  marks = own;
  return count;
}
#endif

/// Writes to `places` where words begin and end in `chunks` chunks of 64 bytes, and gives the number.
DSTREAM_INLINE constexpr std::size_t positions(const char* text, std::size_t chunks, std::uint16_t* places, WordEdges& marks) {
#if defined(__x86_64__)
  if (!std::is_constant_evaluated() && hasCompress()) return positionsByCompress(text, chunks, places, marks);
#endif
  return positionsByBits(text, chunks, places, marks);
}

}  // namespace dstream::inline v0::detail
