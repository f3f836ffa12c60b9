// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/cancellable_runner.hpp>

#include <cstddef>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("cancellable runner: passes on what it wraps") {
    testing::World world;
    const auto workers = world.hire(3);
    CancellableRunner runner(workers->runner(), 17);
    CHECK(runner.slots() == 3);
    CHECK(runner.sliceBytes() == workers->runner().sliceBytes());
    CHECK(runner.seed() == 17);
    CHECK_FALSE(runner.cancelled());
    std::size_t tasks = 0;
    runner.forEach(4, [&](std::size_t, std::size_t) { ++tasks; });
    CHECK(tasks == 4);
    runner.cancel();
    CHECK_THROWS_AS(runner.forEach(1, [&](std::size_t, std::size_t) { ++tasks; }), detail::BatchCancelled);
    CHECK(tasks == 4);
}

TEST_CASE("cancellable runner: knows whether its tasks call, and not another's") {
    testing::World world;
    const auto workers = world.hire(1);
    CancellableRunner runner(workers->runner(), 1);
    const CancellableRunner other(workers->runner(), 1);
    CHECK_FALSE(runner.calledFromTask());
    runner.forEach(1, [&](std::size_t, std::size_t) {
        CHECK(runner.calledFromTask());
        CHECK_FALSE(other.calledFromTask());
    });
    CHECK_FALSE(runner.calledFromTask());
}

TEST_CASE("cancellable runner: partitions as asked, else eight where results are ordered, else the runner's slots") {
    testing::World world;
    const auto workers = world.hire(3);
    CHECK(CancellableRunner(workers->runner(), 1, true, 5).partitions() == 5);
    CHECK(CancellableRunner(workers->runner(), 1, true).partitions() == 8);
    CHECK(CancellableRunner(workers->runner(), 1, false, 0, 4096).tableMemory() == 4096);
}

}  // namespace
