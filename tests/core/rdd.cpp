// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/rdd.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

static_assert(wordSized<int> && wordSized<double> && wordSized<std::string_view>);
static_assert(wordSized<std::pair<long, long>> && !wordSized<std::array<long, 3>>);
static_assert(!wordSized<std::string> && !wordSized<std::vector<int>>);
static_assert(!stopped(3) && !stopped(Until<int>{3, false}) && stopped(Until<int>{3, true}));
static_assert(canStop<Until<int>> && !canStop<int>);
static_assert(Rdd<RangeRdd<const std::vector<int>, Hold::Borrowed>>);
static_assert(!Rdd<std::vector<int>> && !Rdd<int>);

constexpr std::array numbers{1, 2, 3, 4, 5};
constexpr int firstOver(int bound) {
  auto head = detail::headOf(numbers);
  return foldUntil(head, Slice{}, 0, [bound](int, int x) { return Until<int>{x, x > bound}; })
      .value;
}
static_assert(firstOver(2) == 3 && firstOver(9) == 5);

TEST_CASE("foldUntil: steps no more once it was told to stop") {
  int steps = 0;
  auto rdd = numbers | map([](int x) { return x; }) | filter([](int x) { return x != 2; });
  const auto result = foldUntil(rdd, Slice{}, 0L, [&steps](long total, int x) {
    ++steps;
    return Until<long>{total + x, x == 4};
  });
  CHECK(result.stop);
  CHECK(result.value == 1 + 3 + 4);
  CHECK(steps == 3);
  CHECK(
      !foldUntil(rdd, Slice{}, 0L, [](long total, int x) { return Until<long>{total + x}; }).stop);
}

TEST_CASE("slicesOf: in the order of partitions and indices") {
  const std::vector<int> records(10, 1);
  const auto rdd = parallelize(records, 2);
  const auto slices = detail::slicesOf(rdd, 2 * sizeof(int));
  REQUIRE(slices.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(slices[i].partition == i / 3);
    CHECK(slices[i].index == i % 3);
    CHECK(slices[i].count == 3);
  }
}

TEST_CASE("an Rdd is its parent and what it does, nothing more") {
  const std::vector<int> records{1};
  const auto head = detail::headOf(records);
  const auto fused = records | map([](int x) { return x; }) | filter([](int) { return true; });
  CHECK(sizeof(fused) <= sizeof(head) + sizeof(void*));
}

}  // namespace
