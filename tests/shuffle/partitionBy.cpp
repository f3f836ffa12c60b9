// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/partitionBy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using Pairs = std::vector<std::pair<std::string, int>>;

TEST_CASE("partitionBy: key k is in partition partitionHash(k) % n, in order, as the naive loop puts it") {
  support::Random random(61);
  Pairs records;
  for (int i = 0; i < 200; ++i) records.emplace_back(random.text(random.below(25), "ab"), i);
  std::vector<Pairs> expected(3);
  for (const auto& record : records) expected[partitionHash(record.first) % 3].push_back(record);
  const auto asViews = map([](const auto& record) { return std::pair{std::string_view(record.first), record.second}; });
  support::everywhereInOrder(records, asViews | partitionBy(3) | glom(), expected);
}

TEST_CASE("partitionBy: no record, and no partition") {
  CHECK((Pairs{} | partitionBy(2) | glom() | collect()) == std::vector<Pairs>(2));
  CHECK_THROWS_AS(partitionBy(0), std::invalid_argument);
  const auto failing = map([](int) -> std::pair<int, int> { throw std::runtime_error("no pair"); });
  CHECK_THROWS_WITH((std::vector{1} | failing | partitionBy(2) | collect()), "no pair");
}

TEST_CASE("partitionBy: values that only move, from several slices") {
  support::SlicingRunner runner(1, 2, 1);
  const std::vector<int> numbers{1, 2, 3, 4};
  auto parts = parallelize(numbers, 2) | on(runner) | map([](int i) { return std::pair{i, std::make_unique<int>(i)}; }) | partitionBy(2)
               | map([](const auto& pair) { return *pair.second; }) | collect();
  std::sort(parts.begin(), parts.end());
  CHECK(parts == numbers);
}

}  // namespace
