// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/groupByKey.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("groupByKey: the values of each key in the order of the records, at any slicing") {
  const std::uint64_t seed = 9;
  CAPTURE(seed);
  support::Random random(seed);
  std::vector<std::string> words;
  std::map<std::string, std::vector<std::string>> expected;
  for (int i = 0; i < 400; ++i) words.push_back(random.text(random.below(40), "ab"));
  for (const auto& word : words) expected[word.substr(0, 3)].push_back(word);
  const auto byStart = map([](const std::string& word) { return std::pair{std::string_view(word).substr(0, 3), std::string_view(word)}; });
  support::everywhere(words, byStart | groupByKey(3), std::vector<std::pair<std::string, std::vector<std::string>>>(expected.begin(), expected.end()));
}

TEST_CASE("groupByKey: no record, one, and flags") {
  using Pairs = std::vector<std::pair<int, bool>>;
  CHECK((Pairs{} | groupByKey() | collect()).empty());
  CHECK((Pairs{{1, true}} | groupByKey(4) | collect()) == std::vector{std::pair{1, std::vector{true}}});
  CHECK((Pairs{{1, true}, {1, false}} | groupByKey() | collect()) == std::vector{std::pair{1, std::vector{true, false}}});
}

TEST_CASE("groupByKey: values that only move are moved, and seen") {
  support::Tally tally;
  const auto keyed = map([](support::CopyCounter record) { return std::pair{record.value % 2, std::move(record)}; });
  const auto sizes = support::counters(9, tally) | keyed | groupByKey() | map([](const auto& group) { return group.second.size(); }) | collect();
  CHECK(sizes == std::vector<std::size_t>{5, 4});
  CHECK(tally.copies == 0);
  CHECK(tally.alive == 0);
  const auto unique = map([](int i) { return std::pair{i % 2, std::make_unique<int>(i)}; });
  const auto sums = std::vector{1, 2, 3} | unique | groupByKey() | map([](const auto& group) { return *group.second.back(); }) | sum();
  CHECK(sums == 5);
}

TEST_CASE("groupByKey: what the parent throws reaches the caller") {
  const auto failing = map([](int i) { return i == 5 ? throw std::runtime_error("five") : std::pair{i, i}; });
  CHECK_THROWS_WITH((std::vector{1, 5} | failing | groupByKey() | collect()), "five");
}

TEST_CASE("groupByKey: on a stream, per batch") {
  using Pair = std::pair<int, int>;
  auto driver = testing::drive<Pair>(groupByKey());
  const std::vector<std::pair<int, std::vector<int>>> both{{1, {2, 3}}};
  CHECK(driver.feed({Pair{1, 2}, Pair{1, 3}}) == both);
  CHECK(driver.tick().empty());
}

}  // namespace
