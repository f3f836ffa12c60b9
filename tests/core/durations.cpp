// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/durations.hpp>

#include "support/catch.hpp"

namespace {

using namespace std::chrono_literals;

static_assert(std::chrono::nanoseconds(1min + 1s + 1ms + 1us + 1ns).count() == 61'001'001'001);
static_assert(std::chrono::duration_cast<std::chrono::hours>(7200s).count() == 2);

TEST_CASE("durations: what a Configuration and windows are given") {
  const std::chrono::nanoseconds interval = std::chrono::milliseconds(1500);
  CHECK(interval / 2 == 750ms);
  CHECK(interval % std::chrono::seconds(1) == 500ms);
}

}  // namespace
