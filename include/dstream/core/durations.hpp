// SPDX-License-Identifier: BSL-1.0
#pragma once
// std::chrono's durations and their literals, without the calendars, time zones and streams that <chrono> has since C++20: with GCC's library those
// cost a quarter of <vector> and <string> to include.

#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>
#else
#include <chrono>
#endif

#include <cstdint>
#include <limits>
#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// What is longer than some 292 years, or no number, is as long as that: std's own conversion overflows there, for milliseconds::max() too. Fractions are
/// rounded to the nearest: 2.1s is no binary number, and cut off it would lack one.
template <class Rep, class Period>
[[nodiscard]] constexpr std::int64_t nanosecondsOf(std::chrono::duration<Rep, Period> duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (!(seconds < 9.22e9)) return std::numeric_limits<std::int64_t>::max();
  if (seconds < -9.22e9) return std::numeric_limits<std::int64_t>::min();
  if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    const Rep exact = std::chrono::duration<Rep, std::nano>(duration).count();
    return static_cast<std::int64_t>(exact + static_cast<Rep>(exact < 0 ? -0.5 : 0.5));
  } else {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
  }
}

}  // namespace dstream::inline v0::detail

namespace dstream::inline v0 {

/// **meaning** what an operator takes for a length of time: any of std::chrono's durations, `30s`, `500ms` or `1.5s`, or what becomes one.
/// **units** nanoseconds; fractions are rounded, and what is longer than they can say is as long as they can. **errors** compile time: a number without its unit.
/// **source** Spark's Duration, a number of milliseconds.
struct Timespan {
  template <class Rep, class Period>
  constexpr Timespan(std::chrono::duration<Rep, Period> duration) : nanoseconds(detail::nanosecondsOf(duration)) {}  // NOLINT(google-explicit-constructor)
  /// What becomes one of them.
  template <class Given>
    requires(!std::is_arithmetic_v<Given>) && std::is_convertible_v<const Given&, std::chrono::nanoseconds>
  constexpr Timespan(const Given& given) : nanoseconds(std::chrono::nanoseconds(given).count()) {}  // NOLINT(google-explicit-constructor)
  template <class Number>
    requires std::is_arithmetic_v<Number>
  constexpr Timespan(Number) : nanoseconds(0) {  // NOLINT(google-explicit-constructor)
    static_assert(!std::is_arithmetic_v<Number>, "a length of time needs its unit: std::chrono::seconds(30), or 30s with std::chrono_literals; not 30");
  }
  std::int64_t nanoseconds;
};

}  // namespace dstream::inline v0
