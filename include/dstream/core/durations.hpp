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

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// What is longer than some 292 years is as long as that: std's own conversion overflows there, for milliseconds::max() too.
template <class Rep, class Period>
[[nodiscard]] constexpr std::int64_t nanosecondsOf(std::chrono::duration<Rep, Period> duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  if (seconds > 9.22e9) return std::numeric_limits<std::int64_t>::max();
  if (seconds < -9.22e9) return std::numeric_limits<std::int64_t>::min();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

}  // namespace dstream::inline v0::detail
