// SPDX-License-Identifier: BSL-1.0
#pragma once
// crc32c: the Castagnoli checksum, which finds every error of up to three bits in a block of a gigabit and all bursts of 32.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

using Crc32cTables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Not constexpr, nor a lambda: a compiler would work it out in each file that includes this, for a third of the cost of <vector> and <string>.
inline Crc32cTables makeCrc32cTables() {
  Crc32cTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0x82f63b78U : 0U);
    tables[0][byte] = rest;
  }
  for (std::size_t table = 1; table < 8; ++table)
    for (std::size_t byte = 0; byte < 256; ++byte) tables[table][byte] = (tables[table - 1][byte] >> 8) ^ tables[0][tables[table - 1][byte] & 0xff];
  return tables;
}

/// Eight bytes at a time by eight tables (Kounavis and Berry, 2005). **cost** about 0.6 ns a byte, and 8 KiB of tables made at the first call.
inline std::uint32_t crc32cByTables(std::string_view bytes, std::uint32_t crc) {
  static const Crc32cTables tables = makeCrc32cTables();
  const auto at = [](std::uint32_t word, int byte) { return (word >> (8 * byte)) & 0xff; };

  crc = ~crc;
  while (bytes.size() >= 8) {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    std::memcpy(&low, bytes.data(), 4);  // little-endian machines
    std::memcpy(&high, bytes.data() + 4, 4);
    low ^= crc;
    crc = tables[7][at(low, 0)] ^ tables[6][at(low, 1)] ^ tables[5][at(low, 2)] ^ tables[4][at(low, 3)] ^ tables[3][at(high, 0)] ^ tables[2][at(high, 1)] ^
          tables[1][at(high, 2)] ^ tables[0][at(high, 3)];
    bytes.remove_prefix(8);
  }
  for (const char byte : bytes) crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  return ~crc;
}

#if defined(__x86_64__)
inline constexpr std::size_t crc32cLane = 2048;
using Crc32cShift = std::array<std::array<std::uint32_t, 256>, 4>;

inline unsigned long long crc32cWord(const char* from) {
  unsigned long long word = 0;
  std::memcpy(&word, from, 8);
  return word;
}
/// By each byte of a remainder, what it becomes behind as many zeros as a lane has bytes.
__attribute__((target("sse4.2"))) inline Crc32cShift makeCrc32cShift() {
  Crc32cShift shift{};
  for (std::uint32_t bit = 0; bit < 32; ++bit) {
    unsigned long long rest = std::uint32_t{1} << bit;
    for (std::size_t at = 0; at < crc32cLane; at += 8) rest = __builtin_ia32_crc32di(rest, 0);
    for (std::uint32_t byte = 0; byte < 256; ++byte)
      if ((byte >> bit % 8 & 1) != 0) shift[bit / 8][byte] ^= static_cast<std::uint32_t>(rest);
  }
  return shift;
}

/// By the processor's own instruction, whose latency is three times its throughput: of long texts three lanes at a time, joined by what the zeros of one do to
/// the remainder before it (Gopal et al., 2011). **cost** about 0.05 ns a byte, 0.13 of short ones.
__attribute__((target("sse4.2"))) inline std::uint32_t crc32cByInstruction(std::string_view bytes, std::uint32_t crc) {
  unsigned long long rest = static_cast<std::uint32_t>(~crc);
  if (bytes.size() >= 3 * crc32cLane) {
    static const Crc32cShift shift = makeCrc32cShift();
    const auto shifted = [](unsigned long long of) { return shift[0][of & 0xff] ^ shift[1][of >> 8 & 0xff] ^ shift[2][of >> 16 & 0xff] ^ shift[3][of >> 24 & 0xff]; };
    for (; bytes.size() >= 3 * crc32cLane; bytes.remove_prefix(3 * crc32cLane)) {
      unsigned long long second = 0;
      unsigned long long third = 0;
      for (const char* at = bytes.data(); at != bytes.data() + crc32cLane; at += 8) {
        rest = __builtin_ia32_crc32di(rest, crc32cWord(at));
        second = __builtin_ia32_crc32di(second, crc32cWord(at + crc32cLane));
        third = __builtin_ia32_crc32di(third, crc32cWord(at + 2 * crc32cLane));
      }
      rest = shifted(shifted(rest) ^ second) ^ third;
    }
  }
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) rest = __builtin_ia32_crc32di(rest, crc32cWord(bytes.data()));
  auto last = static_cast<std::uint32_t>(rest);
  for (const char byte : bytes) last = __builtin_ia32_crc32qi(last, static_cast<unsigned char>(byte));
  return ~last;
}
#endif

inline std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc = 0) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32cByInstruction(bytes, crc);
#endif
  return crc32cByTables(bytes, crc);
}

}  // namespace dstream::inline v0::detail
