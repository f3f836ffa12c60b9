// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/crc32c.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::detail::crc32c;
using dstream::detail::crc32cByTables;

std::uint32_t bitByBit(const std::string& bytes) {
  std::uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
  }
  return ~crc;
}

TEST_CASE("crc32c: the check value and the examples of RFC 3720") {
  CHECK(crc32c("123456789") == 0xe3069283U);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aaU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43U);
  CHECK(crc32c("") == 0);
}

TEST_CASE("crc32c: equals the definition for every length, and goes on where it stopped") {
  support::Random random(5);
  for (std::size_t length = 0; length < 100; ++length) {
    const std::string bytes = random.text(length, "abc\xff\x80");
    CHECK(crc32c(bytes) == bitByBit(bytes));
    CHECK(crc32cByTables(bytes, 0) == bitByBit(bytes));  // where the processor has no instruction for it
    const std::size_t cut = random.below(length + 1);
    CHECK(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))) == bitByBit(bytes));
  }
}

TEST_CASE("crc32c: of long texts, whose parts are done side by side, the same") {
  support::Random random(6);
  for (const std::size_t length : std::initializer_list<std::size_t>{6143, 6144, 6145, 6151, 12287, 12288, 20000}) {
    CAPTURE(length);
    const std::string bytes = random.text(length, "abc\xff\x80");
    CHECK(crc32c(bytes) == bitByBit(bytes));
    const std::size_t cut = random.below(length + 1);
    CHECK(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))) == bitByBit(bytes));
  }
}

}  // namespace
