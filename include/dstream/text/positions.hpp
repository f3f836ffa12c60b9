// SPDX-License-Identifier: BSL-1.0
#pragma once
// positions: where words begin and end, or lines end and are cut, in whole chunks of 64 bytes; by compressed positions on processors that have them.

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
  DSTREAM_INLINE constexpr std::uint64_t of(const char* text, std::size_t bytes) { return (*this)(blanks(text, bytes)); }
  std::uint64_t inside = 0;
};

struct LineFeed {
  DSTREAM_INLINE static constexpr bool one(char c) { return c == '\n'; }
  template <class Bytes>
  DSTREAM_INLINE static auto all(Bytes bytes) {
    return bytes == '\n';
  }
};

struct ThisByte {
  [[nodiscard]] DSTREAM_INLINE constexpr bool one(char c) const { return c == byte; }
  template <class Bytes>
  [[nodiscard]] DSTREAM_INLINE auto all(Bytes bytes) const {
    return bytes == static_cast<unsigned char>(byte);
  }
  char byte;
};

/// Ends of lines, and in each line the first delimiter. `seeking`: a line goes on from before that has had none; then from the last chunk.
struct LineCuts {
  DSTREAM_INLINE constexpr std::uint64_t operator()(std::uint64_t feeds, std::uint64_t delimiters) {
    // From where a line begins a carry runs up to whatever is first, its delimiter or its end.
    const std::uint64_t stops = feeds | delimiters;
    const std::uint64_t sum = (feeds << 1 | seeking) + ~stops;
    seeking = (sum < ~stops ? 1 : 0) | feeds >> 63;
    return (sum & delimiters) | feeds;
  }
  DSTREAM_INLINE constexpr std::uint64_t of(const char* text, std::size_t bytes) {
    return (*this)(byteMask<LineFeed>(text, bytes), byteMask(text, bytes, ThisByte{delimiter}));
  }
  char delimiter;
  std::uint64_t seeking = 1;
};

/// A place for each byte, and more, since several are written at a time. At most 1,023 chunks.
inline constexpr std::size_t placesFor(std::size_t chunks) { return chunks * 64 + 32; }

DSTREAM_INLINE constexpr std::size_t bitsIn(std::uint64_t mask) {
#if defined(__POPCNT__)
  return static_cast<std::size_t>(__builtin_popcountll(mask));
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
      places[done + i] = static_cast<std::uint16_t>(base + static_cast<std::size_t>(__builtin_ctzll(mask | std::uint64_t{1} << 63)));
      mask &= mask - 1;
    }
  return found;
}

template <class Marks>
constexpr std::size_t positionsByBits(const char* text, std::size_t chunks, std::uint16_t* places, Marks& marks) {
  std::size_t count = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk)
    count += writeBits(marks.of(text + chunk * 64, 64), chunk * 64, places + count);
  return count;
}

#if defined(__x86_64__)
inline bool hasCompress() { return __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512bw"); }

using Bytes64 [[gnu::vector_size(64)]] = unsigned char;
using Signed64 [[gnu::vector_size(64)]] = char;
using Bytes32 [[gnu::vector_size(32)]] = unsigned char;
using Places32 [[gnu::vector_size(64)]] = std::uint16_t;

/// No branch per position, so half the time of the bits; chosen at run time, since who compiles for all processors sets no flag for this one.
template <class Marks>
[[gnu::target("avx512f,avx512bw,avx512vbmi2,popcnt"), gnu::noinline]] std::size_t positionsByCompress(const char* text, std::size_t chunks,
                                                                                               std::uint16_t* places, Marks& marks) {
  Bytes64 counted;
  for (unsigned char i = 0; i < 64; ++i) counted[i] = i;
  Marks own = marks;
  std::size_t count = 0;
  for (std::size_t chunk = 0; chunk < chunks; ++chunk) {
    Bytes64 bytes;
    __builtin_memcpy(&bytes, text + chunk * 64, sizeof(bytes));
    std::uint64_t mask;
    if constexpr (std::is_same_v<Marks, WordEdges>) {
      mask = own(__builtin_ia32_cvtb2mask512(reinterpret_cast<Signed64>((bytes == ' ') | (bytes - '\t' < 5))));
    } else {
      mask = own(__builtin_ia32_cvtb2mask512(reinterpret_cast<Signed64>(bytes == '\n')),
                 __builtin_ia32_cvtb2mask512(reinterpret_cast<Signed64>(bytes == static_cast<unsigned char>(own.delimiter))));
    }
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

/// Writes to `places` where the marks are in `chunks` chunks of 64 bytes, and gives the number.
template <class Marks>
DSTREAM_INLINE constexpr std::size_t positions(const char* text, std::size_t chunks, std::uint16_t* places, Marks& marks) {
#if defined(__x86_64__)
  if (!std::is_constant_evaluated() && hasCompress()) return positionsByCompress(text, chunks, places, marks);
#endif
  return positionsByBits(text, chunks, places, marks);
}

}  // namespace dstream::inline v0::detail
