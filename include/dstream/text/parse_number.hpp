// SPDX-License-Identifier: BSL-1.0
#pragma once
// parseNumber, parseFixed: text → the number that it is, or none.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <dstream/core/config.hpp>
#include <dstream/text/end_of_text.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Digits of a plain decimal number, the point left out, and how many stood behind it; none for whatever is not that short or not that plain.
struct Decimal {
  std::uint64_t digits;
  int behindPoint;
  bool negative;
};

constexpr std::optional<Decimal> plainDecimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  Decimal number{0, 0, negative};
  if (text.empty() || text.size() > 16) return std::nullopt;  // 15 digits and a point are exact in a double
  bool point = false;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    const auto digit = static_cast<unsigned char>(c - '0');
    if (digit > 9) return std::nullopt;
    number.digits = number.digits * 10 + digit;
    number.behindPoint += point ? 1 : 0;
    ++digits;
  }
  if (digits == 0 || digits > 15) return std::nullopt;
  return number;
}

/// Digits at the upper end of a word, at most eight, and zeros below: the number. Twos, then fours and the eight, all at once.
DSTREAM_INLINE constexpr std::uint64_t numberOf(std::uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  return ((digits & 0xff000000ff) * (100 + (std::uint64_t{1'000'000} << 32)) + (digits >> 16 & 0xff000000ff) * (1 + (std::uint64_t{10'000} << 32))) >> 32;
}

/// Of up to eight bytes, with exactly so many digits behind its point: no branch depends on how many there are. None for any other.
template <int places>
DSTREAM_INLINE constexpr std::optional<std::int64_t> exactPlaces(std::string_view text) {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t behind = ~(~std::uint64_t{0} >> (8 * places));
  if (text.size() > 8 || text.size() <= places) return std::nullopt;
  const std::uint64_t word = endOfText(text.data() + text.size(), text.size());
  if ((word >> (56 - 8 * places) & 0xff) != '.') return std::nullopt;
  const std::uint64_t negative = text.front() == '-' ? 1 : 0;
  const std::uint64_t count = text.size() - 1 - negative;
  const std::uint64_t digits = (((word & behind) | (word << 8 & ~behind)) ^ each * '0') & ~std::uint64_t{0} << (64 - 8 * count);
  if ((((digits + each * (0x80 - 10)) | digits) & each * 0x80) != 0) return std::nullopt;
  return static_cast<std::int64_t>((numberOf(digits) ^ (0 - negative)) + negative);
}

inline constexpr double powersOfTen[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

}  // namespace detail

/// **meaning** the number that all of `text` is, by the rules of std::from_chars: decimal, a minus but no plus in front, no blanks, whatever the locale;
/// none where it is something else, where something follows it, or where T cannot hold it. A double is the one nearest to the text.
/// **cost** a loop over the digits; numbers such as -12.3, of up to 15 digits and without exponent, are exact without from_chars.
/// **errors** none thrown. **example** `lines | map(parseNumber<double>) | filter([](auto number) { return number.has_value(); })`
template <class T>
  requires(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>)
[[nodiscard]] constexpr std::optional<T> parseNumber(std::string_view text) {
  if constexpr (std::is_integral_v<T>) {
    using Wide = std::conditional_t<(sizeof(T) > sizeof(std::uint64_t)), std::make_unsigned_t<T>, std::uint64_t>;
    const bool negative = std::is_signed_v<T> && text.starts_with('-');
    const char* at = text.data() + (negative ? 1 : 0);
    const char* const end = text.data() + text.size();
    if (at == end) return std::nullopt;
    const Wide most = static_cast<Wide>(std::numeric_limits<T>::max()) + (negative ? 1U : 0U);
    Wide value = 0;
    for (; at != end; ++at) {
      const auto digit = static_cast<unsigned char>(*at - '0');
      if (digit > 9) return std::nullopt;
      if (value > (most - digit) / 10) return std::nullopt;
      value = value * 10 + digit;
    }
    return static_cast<T>(negative ? Wide{0} - value : value);
  } else {
    if (const auto plain = detail::plainDecimal(text)) {
      if constexpr (std::is_same_v<T, double>) {
        const double value = static_cast<double>(plain->digits) / detail::powersOfTen[plain->behindPoint];
        return plain->negative ? -value : value;
      }
    }
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
}

/// **meaning** the decimal number that all of `text` is, times 10^places: "-12.3" with one place is -123. An integer, so sums of it are exact in any order. None
/// where the text is no number, has an exponent, more than `places` digits behind its point or more than 15 in all, or where T cannot hold it.
/// **cost** up to eight bytes with `places` digits behind their point all at once; a loop over the digits of others.
/// **errors** none thrown. **example** `lines | map(cut(';')) | mapValues([](auto text) { return parseFixed<int, 2>(text).value_or(0); })`
template <class T, int places>
  requires(std::is_integral_v<T> && std::is_signed_v<T> && sizeof(T) <= sizeof(std::int64_t) && places >= 0 && places <= 15)
[[nodiscard]] constexpr std::optional<T> parseFixed(std::string_view text) {
  if constexpr (places > 0 && places < 7 && sizeof(T) >= 4)  // seven digits fit
    if (const auto number = detail::exactPlaces<places>(text)) [[likely]] return static_cast<T>(*number);
  const auto plain = detail::plainDecimal(text);
  if (!plain || plain->behindPoint > places) return std::nullopt;
  std::uint64_t size = plain->digits;
  for (int place = plain->behindPoint; place < places; ++place)
    if (__builtin_mul_overflow(size, std::uint64_t{10}, &size)) return std::nullopt;
  const std::uint64_t negative = plain->negative ? 1 : 0;
  if (size > static_cast<std::uint64_t>(std::numeric_limits<T>::max()) + negative) return std::nullopt;
  return static_cast<T>((size ^ (0 - negative)) + negative);
}

}  // namespace dstream::inline v0
