// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/aggregateByKey.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("aggregateByKey: the distinct values of each key, as the naive loop finds them") {
  const std::uint64_t seed = 4;
  CAPTURE(seed);
  support::Random random(seed);
  std::vector<std::pair<std::string, int>> records;
  std::map<std::string, std::set<int>> expected;
  for (int i = 0; i < 400; ++i) {
    const auto& [key, value] = records.emplace_back(random.text(1, "abcdefg"), random.between(0, 9));
    expected[key].insert(value);
  }
  const auto insert = [](std::set<int> set, int value) {
    set.insert(value);
    return set;
  };
  const auto unite = [](std::set<int> left, const std::set<int>& right) {
    left.insert(right.begin(), right.end());
    return left;
  };
  const std::vector<std::pair<std::string, std::set<int>>> sets(expected.begin(), expected.end());
  support::everywhere(records, aggregateByKey(std::set<int>{}, insert, unite, 2), sets);

  const auto insertInto = [](std::set<int>& set, int value) { set.insert(value); };
  const auto uniteInto = [](std::set<int>& left, const std::set<int>& right) { left.insert(right.begin(), right.end()); };
  support::everywhere(records, aggregateByKey(std::set<int>{}, insertInto, uniteInto, 2), sets);
  const auto first = [](int value) { return std::set<int>{value}; };
  support::everywhere(records, combineByKey(first, insertInto, uniteInto, 2), sets);
}

TEST_CASE("aggregateByKey: functions that change numbers in place") {
  const std::vector<std::pair<int, int>> records{{1, 2}, {2, 3}, {1, 4}};
  const auto add = [](auto& sum, auto value) { sum += value; };
  support::everywhere(records, foldByKey(0L, add), std::vector<std::pair<int, long>>{{1, 6}, {2, 3}});
}

TEST_CASE("aggregateByKey: nothing, one, and what a function throws") {
  using Pairs = std::vector<std::pair<int, int>>;
  const auto failing = [](long total, int value) { return value == 3 ? throw std::runtime_error("three") : total + value; };
  CHECK((Pairs{} | aggregateByKey(0L, failing, plus) | collect()).empty());
  CHECK((Pairs{{1, 2}} | aggregateByKey(10L, failing, plus) | collect()) == std::vector{std::pair{1, 12L}});
  CHECK_THROWS_WITH((Pairs{{1, 2}, {1, 3}} | aggregateByKey(0L, failing, plus) | collect()), "three");
}

}  // namespace
