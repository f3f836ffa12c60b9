// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/merge_sort.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <stdexcept>
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

TEST_CASE("mergeSort: plain records that have no default, large ones, and an order that throws or contradicts itself") {
  struct Wide {
    explicit Wide(int given) : value(given) {}
    int value;
    int rest[40]{};
  };
  support::Random random(2);
  for (const std::size_t size : {0U, 1U, 16U, 17U, 33U, 1000U}) {
    std::vector<Wide> records;
    std::vector<int> expected;
    for (std::size_t i = 0; i < size; ++i) expected.push_back(records.emplace_back(random.between(0, 1000)).value);
    std::sort(expected.begin(), expected.end());
    detail::mergeSort(records, [](const Wide& left, const Wide& right) { return left.value < right.value; });
    CHECK(std::equal(records.begin(), records.end(), expected.begin(), expected.end(), [](const Wide& record, int value) { return record.value == value; }));
  }
  std::vector<int> numbers(100);
  for (int& number : numbers) number = random.between(0, 9);
  std::vector<int> sorted = numbers;
  std::sort(sorted.begin(), sorted.end());
  detail::mergeSort(numbers, [&](int, int) { return random.below(2) == 0; });
  std::sort(numbers.begin(), numbers.end());
  CHECK(numbers == sorted);  // none is lost
  int calls = 0;
  const auto throwing = [&](int left, int right) { return ++calls == 500 ? throw std::runtime_error("no order") : left < right; };
  std::vector<int> down(200);
  for (int i = 0; i < 200; ++i) down[static_cast<std::size_t>(i)] = 200 - i;
  CHECK_THROWS_WITH(detail::mergeSort(down, throwing), "no order");
}

}  // namespace
