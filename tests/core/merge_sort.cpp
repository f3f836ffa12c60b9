// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/merge_sort.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("mergeSort: sorted and stable at every size") {
  support::Random random(1);
  const auto byFirst = [](const auto& left, const auto& right) { return left.first < right.first; };
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::pair<int, std::size_t>> records;
    for (std::size_t i = 0; i < size; ++i) records.emplace_back(random.between(0, 20), i);
    auto expected = records;
    std::sort(expected.begin(), expected.end());  // by position among equals
    detail::mergeSort(records, byFirst);
    CHECK(records == expected);
  }
}

TEST_CASE("mergeSort: records that only move, flags, and an order that contradicts itself") {
  std::vector<std::unique_ptr<int>> owned;
  for (int i = 50; i > 0; --i) owned.push_back(std::make_unique<int>(i));
  detail::mergeSort(owned, [](const auto& left, const auto& right) { return *left < *right; });
  CHECK(*owned[0] == 1);
  CHECK(*owned[49] == 50);
  std::vector<bool> flags{true, false, true, false};
  detail::mergeSort(flags, [](bool left, bool right) { return left < right; });
  CHECK(flags == std::vector{false, false, true, true});
  std::vector<int> numbers(100, 1);
  detail::mergeSort(numbers, [](int, int) { return true; });
  CHECK(numbers.size() == 100);
}

}  // namespace
