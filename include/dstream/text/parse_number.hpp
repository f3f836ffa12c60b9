// SPDX-License-Identifier: BSL-1.0
#pragma once
// parseNumber: text → the number that it is, or none.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>

#include <dstream/core/config.hpp>

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

}  // namespace dstream::inline v0
