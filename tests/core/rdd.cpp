// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/rdd.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/text/lines.hpp>

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
  CHECK(sizeof(fused) == sizeof(head));
}

/// Operators that show in which order they come: digits behind what was there.
template <std::size_t... digits>
constexpr auto appended(const std::vector<long>& records, std::index_sequence<digits...>) {
  return (records | ... | map([](long x) { return 10 * x + static_cast<long>(digits) + 1; }));
}
template <std::size_t count>
void everyOperatorOnce(const std::vector<long>& records) {
  long behind = 0;
  long shift = 1;
  for (std::size_t i = 1; i <= count; ++i) behind = 10 * behind + static_cast<long>(i), shift *= 10;
  auto rdd = appended(records, std::make_index_sequence<count>());
  std::vector<long> seen;
  const auto keep = [&seen](int, long x) {
    seen.push_back(x);
    return Until<int>{0};
  };
  for (std::size_t slice = 0; slice < 3; ++slice) foldUntil(rdd, Slice{0, slice, 3}, 0, keep);
  std::vector<long> expected;
  for (const long x : records) expected.push_back(x * shift + behind);
  CHECK(seen == expected);
  CHECK(rdd.partitions() == 1);
  CHECK(rdd.recordCount() == records.size());
}

TEST_CASE("NarrowRdd: however many operators, each is in the loop once and in its place") {
  const std::vector<long> records{4, 5, 6, 7};
  everyOperatorOnce<1>(records);
  everyOperatorOnce<2>(records);
  everyOperatorOnce<3>(records);
  everyOperatorOnce<4>(records);
  everyOperatorOnce<5>(records);
  everyOperatorOnce<8>(records);
}

// A pipeline is not silently cut down to what it began with.
using Shorter = decltype(numbers | map([](int x) { return x; }));
using Longer = decltype(std::declval<Shorter>() | filter([](int x) { return x > 1; }));
static_assert(!std::is_convertible_v<Longer, Shorter> && !std::is_assignable_v<Shorter&, Longer>);
static_assert(!std::is_base_of_v<Shorter, Longer>);
template <class Left, class Right>
concept OneOrTheOther = requires(bool flag, Left left, Right right) { flag ? left : right; };
static_assert(OneOrTheOther<Shorter, Shorter> && !OneOrTheOther<Longer, Shorter>);

// Its parent may be a range, whose elements are not its own.
static_assert(detail::Iterable<Lines> && !detail::Iterable<decltype(lines("") | map([](std::string_view line) { return line; }))>);

}  // namespace
