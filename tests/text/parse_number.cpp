// SPDX-License-Identifier: BSL-1.0
#include <dstream/text/parse_number.hpp>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::parseFixed;
using dstream::parseNumber;
using namespace std::string_view_literals;

static_assert(parseNumber<int>("-42") == -42);
static_assert(parseNumber<std::uint8_t>("255") == std::uint8_t{255});
static_assert(!parseNumber<std::uint8_t>("256") && !parseNumber<int>("")
              && !parseNumber<int>("4 "));
static_assert(parseNumber<double>("-12.5") == -12.5);
static_assert(parseFixed<int, 1>("-12.3") == -123 && parseFixed<int, 2>("7") == 700);
static_assert(!parseFixed<int, 1>("1.23") && !parseFixed<int, 0>("-") && !parseFixed<int, 9>("3"));

/// What std::from_chars says of the whole text.
template <class T>
std::optional<T> expected(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
bool agrees(std::string_view text) {
  const auto found = parseNumber<T>(text);
  const auto wanted = expected<T>(text);
  if (found.has_value() != wanted.has_value()) return false;
  if (!found) return true;
  if constexpr (std::is_floating_point_v<T>)
    return (std::isnan(*found) && std::isnan(*wanted))
           || (*found == *wanted && std::signbit(*found) == std::signbit(*wanted));
  return *found == *wanted;
}

void check(std::string_view text) {
  CAPTURE(text);
  CHECK(agrees<std::int8_t>(text));
  CHECK(agrees<std::uint8_t>(text));
  CHECK(agrees<std::int16_t>(text));
  CHECK(agrees<std::int32_t>(text));
  CHECK(agrees<std::uint32_t>(text));
  CHECK(agrees<std::int64_t>(text));
  CHECK(agrees<std::uint64_t>(text));
  CHECK(agrees<float>(text));
  CHECK(agrees<double>(text));
}

TEST_CASE("parseNumber: as from_chars, by hand") {
  for (const std::string_view text :
       {""sv,
        "-"sv,
        "+1"sv,
        " 1"sv,
        "1 "sv,
        "1\0"sv,
        "--1"sv,
        "0"sv,
        "-0"sv,
        "00012"sv,
        "1x"sv,
        "0x10"sv,
        "127"sv,
        "128"sv,
        "-128"sv,
        "-129"sv,
        "255"sv,
        "256"sv,
        "32767"sv,
        "2147483647"sv,
        "2147483648"sv,
        "-2147483648"sv,
        "-2147483649"sv,
        "4294967295"sv,
        "4294967296"sv,
        "9223372036854775807"sv,
        "9223372036854775808"sv,
        "-9223372036854775808"sv,
        "-9223372036854775809"sv,
        "18446744073709551615"sv,
        "18446744073709551616"sv,
        "99999999999999999999999"sv,
        "."sv,
        "-."sv,
        "5."sv,
        ".5"sv,
        "-.5"sv,
        "1.2.3"sv,
        "1e3"sv,
        "1E-3"sv,
        "1e"sv,
        "inf"sv,
        "-nan"sv,
        "0.1"sv,
        "123456789012345"sv,
        "1234567890123456"sv,
        "12345678.9012345"sv,
        "0.000000000000001"sv,
        "1e400"sv,
        "1e-400"sv,
        "-0.0"sv,
        "1,5"sv,
        "179769313486231570000000000000000000000000000000000000000"sv})
    check(text);
}

TEST_CASE("parseNumber: as from_chars, on random texts") {
  const std::uint64_t seed = 2;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 4000; ++round)
    check(random.text(random.below(22), round % 3 == 0   ? "0123456789"sv
                                        : round % 3 == 1 ? "0123456789.-"sv
                                                         : "019.-e+ x"sv));
}

TEST_CASE("parseNumber: all texts of up to five bytes of a small alphabet") {
  for (std::size_t size = 0; size <= 5; ++size) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < size; ++i) count *= 8;
    bool equal = true;
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t i = 0, rest = number; i < size; ++i, rest /= 8)
        text.push_back("019.-/ e"[rest % 8]);
      equal &= agrees<double>(text) && agrees<int>(text);
    }
    CHECK(equal);
  }
}

TEST_CASE(
    "parseNumber: the nearest double of every number with up to six digits behind its point") {
  support::Random random(5);
  for (int round = 0; round < 20000; ++round) {
    std::string text = std::to_string(random.between(-99999, 99999));
    const std::size_t digits = random.below(7);
    if (digits != 0) text += "." + random.text(digits, "0123456789");
    REQUIRE(agrees<double>(text));
  }
}

/// Digit by digit, in 128 bits.
template <class T, int places>
std::optional<T> naiveFixed(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  __extension__ __int128 value = 0;
  int digits = 0;
  int behind = -1;
  for (const char c : text) {
    if (c == '.' && behind < 0) {
      behind = 0;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
    ++digits;
    if (behind >= 0) ++behind;
    if (digits > 15) return std::nullopt;
  }
  if (digits == 0 || behind > places) return std::nullopt;
  for (int place = behind < 0 ? 0 : behind; place < places; ++place) value *= 10;
  if (negative) value = -value;
  if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max())
    return std::nullopt;
  return static_cast<T>(value);
}

/// At the end of a page and in the middle, whose neighbours are digits: nothing behind the text may count.
template <class T, int places>
bool fixedAgrees(std::string_view text) {
  alignas(4096) static char pages[2 * 4096];
  const auto wanted = naiveFixed<T, places>(text);
  for (const std::size_t at : {std::size_t{4096} - text.size(), std::size_t{64}}) {
    std::memset(pages, '7', sizeof pages);
    text.copy(pages + at, text.size());
    if (parseFixed<T, places>(std::string_view(pages + at, text.size())) != wanted) return false;
    if (expected<double>(text) != parseNumber<double>(std::string_view(pages + at, text.size())))
      return false;
  }
  return true;
}

TEST_CASE("parseFixed: as digit by digit, all texts of up to six bytes of a small alphabet") {
  for (std::size_t size = 0; size <= 6; ++size) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < size; ++i) count *= 6;
    for (std::size_t number = 0; number < count; ++number) {
      std::string text;
      for (std::size_t i = 0, rest = number; i < size; ++i, rest /= 6) text.push_back("09.-/:"[rest % 6]);
      const std::string_view view = text;
      if (parseFixed<int, 1>(view) != naiveFixed<int, 1>(view)
          || parseFixed<std::int8_t, 2>(view) != naiveFixed<std::int8_t, 2>(view)) {
        CAPTURE(text);
        CHECK(parseFixed<int, 1>(view) == naiveFixed<int, 1>(view));
        CHECK(parseFixed<std::int8_t, 2>(view) == naiveFixed<std::int8_t, 2>(view));
      }
    }
  }
  SUCCEED();
}

TEST_CASE("parseFixed: as digit by digit, on random texts wherever they stand") {
  const std::uint64_t seed = 11;
  CAPTURE(seed);
  support::Random random(seed);
  for (int round = 0; round < 4000; ++round) {
    std::string text = random.text(random.below(18), round % 3 == 0   ? "0123456789"sv
                                                     : round % 3 == 1 ? "0123456789.-"sv
                                                                      : "0123456789e\xff\x80\0 "sv);
    if (round % 2 == 0) text = "-" + text;
    CAPTURE(text);
    REQUIRE(fixedAgrees<std::int32_t, 1>(text));
    REQUIRE(fixedAgrees<std::int64_t, 4>(text));
    REQUIRE(fixedAgrees<std::int64_t, 15>(text));
    REQUIRE(fixedAgrees<std::int16_t, 0>(text));
  }
}

}  // namespace
