// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/mapPartitions.hpp>

#include <array>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/reverse.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

constexpr auto total = [](const Numbers& records) {
  int sum = 0;
  for (const int x : records) sum += x;
  return std::array{sum};
};
constexpr auto runningSum = [](const auto& partition, const auto& emit) {
  int sum = 0;
  partition.foreach([&](int x) { emit(sum += x); });
};
constexpr std::array three{1, 2, 3};
static_assert((three | mapPartitions<int>(runningSum) | collect<std::array<int, 3>>()) == std::array{1, 3, 6});

TEST_CASE("mapPartitions: once for each partition, empty ones too, whatever the slices") {
  const auto numbers = ranges::views::iota(1, 101) | ranges::to<std::vector>();
  CHECK((numbers | mapPartitions(total) | collect()) == Numbers{5050});
  CHECK((parallelize(Numbers{}, 3) | mapPartitions(total) | collect()) == Numbers{0, 0, 0});
  support::Crew crew(3, 16);
  CHECK((parallelize(numbers, 2) | on(crew) | mapPartitions(total) | collect()) == Numbers{1275, 3775});
  const auto last = mapPartitions<int>([](const auto& partition, const auto& emit) {
    int kept = -1;
    partition.foreach([&](int x) { kept = x; });
    emit(kept);
  });
  CHECK((parallelize(numbers, 2) | on(crew) | last | collect()) == Numbers{50, 100});
  CHECK((parallelize(Numbers{}, 2) | last | collect()) == Numbers{-1, -1});
}

TEST_CASE("mapPartitions: a view over the partition, which may also be taken by value") {
  const Numbers numbers{1, 2, 3};
  CHECK((numbers | mapPartitions([](const Numbers& records) { return ranges::views::reverse(records); }) | collect()) == Numbers{3, 2, 1});
  CHECK((numbers | mapPartitions([](Numbers records) { return records; }) | collect()) == numbers);
}

TEST_CASE("mapPartitions<U>: take stops the partition's loop") {
  int seen = 0;
  const auto some = ranges::views::iota(0, 1000000) | map([&seen](int x) {
                      ++seen;
                      return x;
                    })
                    | mapPartitions<int>(runningSum) | take(3);
  CHECK(some == Numbers{0, 1, 3});
  CHECK(seen == 3);
}

TEST_CASE("mapPartitions: functions and records that only move; views are passed on as they are") {
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  const auto pass = mapPartitions([own = std::make_unique<int>(5)](std::vector<std::unique_ptr<int>> records) {
    *records[0] += *own;
    return records;
  });
  CHECK(*(Numbers{1, 2} | unique | pass | collect())[0] == 6);
  const std::vector<std::string> words{"to", "be"};
  const auto lengths = words | map([](const std::string& word) { return std::string_view(word); })
                       | mapPartitions<std::string_view>([](const auto& partition, const auto& emit) { partition.foreach(emit); }) | collect();
  CHECK(lengths == words);
}

TEST_CASE("mapPartitions: what the functions throw reaches the caller; on a stream") {
  CHECK_THROWS_WITH((three | mapPartitions([](const Numbers&) -> Numbers { throw std::runtime_error("no"); }) | collect()), "no");
  CHECK_THROWS_WITH((three | mapPartitions<int>([](const auto&, const auto&) { throw std::runtime_error("no"); }) | collect()), "no");
  auto driver = testing::drive<int>(mapPartitions<int>(runningSum));
  CHECK(driver.feedPartitions({{1, 2}, {3, 4}}) == Numbers{1, 3, 3, 7});
}

}  // namespace
