// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/mapPartitionsWithIndex.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

constexpr auto sizes = [](std::size_t index, const Numbers& partition) { return std::vector{std::pair{index, partition.size()}}; };
using Sizes = std::vector<std::pair<std::size_t, std::size_t>>;

TEST_CASE("mapPartitionsWithIndex: each partition once, with its number, whole and empty ones too") {
  CHECK((parallelize(Numbers{1, 2, 3, 4, 5}, 2) | mapPartitionsWithIndex(sizes) | collect()) == Sizes{{0, 2}, {1, 3}});
  CHECK((parallelize(Numbers{}, 2) | mapPartitionsWithIndex(sizes) | collect()) == Sizes{{0, 0}, {1, 0}});
  support::SlicingRunner runner(1, 2, 1);
  const Numbers many(100, 7);
  CHECK((parallelize(many, 3) | on(runner) | mapPartitionsWithIndex(sizes) | collect()) == Sizes{{0, 33}, {1, 33}, {2, 34}});
}

TEST_CASE("mapPartitionsWithIndex: records that only move") {
  const auto moved = [](std::size_t, std::vector<std::unique_ptr<int>> part) { return part; };
  const auto numbers = Numbers{1, 2} | map([](int i) { return std::make_unique<int>(i); }) | mapPartitionsWithIndex(moved)
                       | map([](const std::unique_ptr<int>& number) { return *number; }) | collect();
  CHECK(numbers == Numbers{1, 2});
}

}  // namespace
