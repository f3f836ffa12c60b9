// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/batch.hpp>

#include <type_traits>

#include "support/catch.hpp"

namespace {

using dstream::Batch;
using dstream::Time;

static_assert(std::is_trivially_copyable_v<Batch>);
static_assert(Time{1} < Time{2} && Time{2} == Time{2} && Time{-1} < Time{});
static_assert(Time{1'999'999}.milliseconds() == 1);
static_assert(Time{1'500'000'000'123'456'789}.milliseconds() == 1'500'000'000'123);
static_assert(Batch{}.seq == 0 && Batch{}.attempt == 1 && Batch{}.epoch == 0);

TEST_CASE("batch: a time is nanoseconds, its label milliseconds") {
    constexpr Batch batch{.seq = 3, .time = {2'000'000'001}};
    CHECK(batch.seq == 3);
    CHECK(batch.time.nanoseconds == 2'000'000'001);
    CHECK(batch.time.milliseconds() == 2000);
}

}  // namespace
