// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/validUtf8.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

constexpr std::array texts{std::string_view("ma\xC3\xB1" "ana"), std::string_view("ok")};
static_assert((texts | validUtf8() | map([](auto text) { return text.size(); }) | sum()) == 9);

std::string repaired(std::string_view text) {
  return std::vector<std::string>{std::string(text)} | validUtf8() | map([](auto valid) { return std::string(valid); }) | first();
}

// Decodes by the definition: a character is valid if its shortest encoding is these bytes, and it is no surrogate.
bool isCharacter(const std::string& bytes) {
  if (bytes.empty() || bytes.size() > 4) return false;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() == 1) return byte(0) < 0x80;
  static constexpr std::array<std::uint32_t, 5> heads{0, 0, 0xC0, 0xE0, 0xF0};
  static constexpr std::array<std::uint32_t, 5> masks{0, 0, 0xE0, 0xF0, 0xF8};
  static constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  if ((byte(0) & masks[bytes.size()]) != heads[bytes.size()]) return false;
  std::uint32_t code = byte(0) & ~masks[bytes.size()];
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    if ((byte(i) & 0xC0) != 0x80) return false;
    code = code << 6 | (byte(i) & 0x3F);
  }
  return code >= least[bytes.size()] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

TEST_CASE("validUtf8: valid text passes as it is, the same bytes") {
  const std::vector<std::string> records{"", "plain ASCII, longer than eight", "\xC3\xB1\xE2\x82\xAC\xF0\x9F\x98\x80", std::string("a\0b", 3), "\x7F\xEF\xBF\xBF\xF4\x8F\xBF\xBF"};
  support::everywhereInOrder(records, validUtf8() | map([](auto text) { return std::string(text); }), records);
  std::vector<std::string_view> seen;
  records | validUtf8() | foreach([&](std::string_view text) { seen.push_back(text); });
  for (std::size_t i = 0; i < records.size(); ++i) CHECK(seen[i].data() == records[i].data());
}

TEST_CASE("validUtf8: each longest beginning of a character becomes one U+FFFD, as Unicode's examples say") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(repaired("\xFF") == bad);
  CHECK(repaired("a\x80z") == "a" + bad + "z");
  CHECK(repaired("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == bad + bad + bad + bad + bad + bad + bad + bad + "A");
  CHECK(repaired("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == bad + bad + bad + bad + bad + bad + bad + bad + "A");
  CHECK(repaired("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == bad + bad + bad + bad + bad + "A" + bad + bad + "B");
  CHECK(repaired("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == bad + bad + bad + bad + "A");
  CHECK(repaired("12345678\xE2\x82") == "12345678" + bad);
}

TEST_CASE("validUtf8: what comes out is always UTF-8, and every valid character of what went in is in it") {
  support::Random random(17);
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random.text(random.below(40), "ab\xC3\xB1\xE2\x82\xAC\xF0\x9F\x98\x80\xED\xA0\xFF\xF4");
    const std::string out = repaired(text);
    for (std::size_t at = 0; at < out.size();) {
      std::size_t length = 1;
      while (length <= 4 && !isCharacter(out.substr(at, length))) ++length;
      CAPTURE(round);
      REQUIRE(length <= 4);
      at += length;
    }
    CHECK(repaired(out) == out);
  }
}

}  // namespace
