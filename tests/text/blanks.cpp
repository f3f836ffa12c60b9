// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/blanks.hpp>

#include <cctype>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

namespace detail = dstream::detail;

constexpr std::uint64_t all = ~std::uint64_t{0};

constexpr std::string_view sixBlanks = " \t\n\v\f\r";
static_assert(detail::blanks("a b", 3) == (all << 3 | 2));
static_assert(detail::blanks(sixBlanks.data(), 6) == all);
static_assert(detail::blanks("", 0) == all);
static_assert(detail::blanks("\0\x1f!\x08\x0e\xa0\x85", 7) == all << 7);

std::uint64_t byByte(const char* text, std::size_t size) {
  std::uint64_t mask = size < 64 ? all << size : 0;
  for (std::size_t i = 0; i < size; ++i) mask |= std::uint64_t{detail::isBlank(text[i])} << i;
  return mask;
}

/// A copy of exactly its size on the heap: a read outside it is seen by the sanitizer.
std::unique_ptr<char[]> exact(std::string_view text) {
  std::unique_ptr<char[]> bytes(new char[text.size()]);
  text.copy(bytes.get(), text.size());
  return bytes;
}

TEST_CASE("isBlank: every byte, as isspace in the C locale") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    CHECK(detail::isBlank(static_cast<char>(byte)) == (std::isspace(byte) != 0));
  }
}

TEST_CASE("blanks: every byte at every place of every size") {
  bool equal = true;
  for (std::size_t size = 1; size <= 64; ++size)
    for (int byte = 0; byte < 256; ++byte) {
      std::string text(size, 'x');
      text[size * static_cast<std::size_t>(byte) / 256] = static_cast<char>(byte);
      const auto bytes = exact(text);
      equal &= detail::blanks(bytes.get(), size) == byByte(bytes.get(), size);
    }
  CHECK(equal);
}

TEST_CASE("blanks: equals isBlank on random bytes, and reads nothing else") {
  const std::uint64_t seed = 20240601;
  CAPTURE(seed);
  support::Random random(seed);
  std::string every(256, '\0');
  for (std::size_t byte = 0; byte < 256; ++byte) every[byte] = static_cast<char>(byte);
  for (int round = 0; round < 20000; ++round) {
    const std::size_t size = random.below(65);
    const std::string text =
        random.text(size, round % 2 == 0 ? std::string_view(every) : " \t\n\v\f\rabc\x08\x0e\x1f!");
    const auto bytes = exact(text);
    if (detail::blanks(bytes.get(), size) != byByte(bytes.get(), size)) {
      CAPTURE(round, size);
      FAIL_CHECK("the mask differs");
      break;
    }
  }
}

TEST_CASE("blanks: bits from the end on are set") {
  const std::string text(64, 'x');
  for (std::size_t size = 0; size < 64; ++size)
    CHECK(detail::blanks(text.data(), size) == all << size);
  CHECK(detail::blanks(text.data(), 64) == 0);
}

}  // namespace
