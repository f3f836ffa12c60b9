// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/durations.hpp>

#include <cstdint>
#include <limits>
#include <type_traits>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

static_assert(std::chrono::nanoseconds(1min + 1s + 1ms + 1us + 1ns).count() == 61'001'001'001);
static_assert(std::chrono::duration_cast<std::chrono::hours>(7200s).count() == 2);

static_assert(dstream::detail::nanosecondsOf(2s) == 2'000'000'000 && dstream::detail::nanosecondsOf(-3us) == -3'000);
static_assert(dstream::detail::nanosecondsOf(std::chrono::duration<double>(0.25)) == 250'000'000);
static_assert(dstream::detail::nanosecondsOf(std::chrono::nanoseconds::max()) == std::numeric_limits<std::int64_t>::max());
static_assert(dstream::detail::nanosecondsOf(std::chrono::milliseconds::max()) == std::numeric_limits<std::int64_t>::max());
static_assert(dstream::detail::nanosecondsOf(std::chrono::hours::min()) == std::numeric_limits<std::int64_t>::min());

static_assert(dstream::Timespan(30s).nanoseconds == 30'000'000'000 && dstream::Timespan(1.5s).nanoseconds == 1'500'000'000);
static_assert(dstream::Timespan(2.1s).nanoseconds == 2'100'000'000 && dstream::Timespan(-1.05s).nanoseconds == -1'050'000'000);
static_assert(dstream::Timespan(std::chrono::duration<double>(8.15)).nanoseconds == 8'150'000'000);
static_assert(dstream::Timespan(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN())).nanoseconds == std::numeric_limits<std::int64_t>::max());
struct Setting {
  constexpr operator std::chrono::nanoseconds() const { return 5s; }
};
static_assert(dstream::Timespan(Setting{}).nanoseconds == 5'000'000'000);
static_assert(std::is_convertible_v<int, dstream::Timespan>);  // and then says what is missing: tests/compile_fail/window_no_unit.cpp
static_assert(!std::is_convertible_v<const char*, dstream::Timespan>);

TEST_CASE("durations: what a Configuration and windows are given") {
  const std::chrono::nanoseconds interval = std::chrono::milliseconds(1500);
  CHECK(interval / 2 == 750ms);
  CHECK(interval % std::chrono::seconds(1) == 500ms);
}

}  // namespace
