// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/join.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/dstream.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Pair = std::pair<int, std::string>;
using Pairs = std::vector<Pair>;

/// The naive loops: every first with every second of its key.
template <class Row, class Left, class Right>
std::vector<Row> naive(const Left& firsts, const Right& seconds, bool leftOuter, bool rightOuter) {
  std::vector<Row> rows;
  for (const auto& [key, value] : firsts) {
    bool found = false;
    for (const auto& [otherKey, other] : seconds)
      if (key == otherKey) {
        rows.push_back({key, {value, other}});
        found = true;
      }
    if constexpr (requires { rows.push_back({key, {value, std::nullopt}}); })
      if (!found && leftOuter) rows.push_back({key, {value, std::nullopt}});
  }
  for (const auto& [otherKey, other] : seconds) {
    const auto same = [key = otherKey](const auto& record) { return record.first == key; };
    if constexpr (requires { rows.push_back({otherKey, {std::nullopt, other}}); })
      if (rightOuter && std::none_of(firsts.begin(), firsts.end(), same)) rows.push_back({otherKey, {std::nullopt, other}});
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

struct Inputs {
  explicit Inputs(std::uint64_t seed) {
    support::Random random(seed);
    for (int i = 0; i < 60; ++i) firsts.emplace_back(random.between(0, 20), random.text(random.below(30), "ab"));
    for (int i = 0; i < 40; ++i) seconds.emplace_back(random.between(10, 30), random.between(0, 9));
  }
  Pairs firsts;
  std::vector<std::pair<int, int>> seconds;
};

TEST_CASE("join: m × n rows for each key of both sides, as the naive loops") {
  const Inputs in(31);
  using Row = std::pair<int, std::pair<std::string, int>>;
  support::everywhere(in.firsts, join(in.seconds, 3), naive<Row>(in.firsts, in.seconds, false, false));
}

TEST_CASE("leftOuterJoin, rightOuterJoin, fullOuterJoin: a missing side is none, as the naive loops") {
  const Inputs in(32);
  using Left = std::pair<int, std::pair<std::string, std::optional<int>>>;
  support::everywhere(in.firsts, leftOuterJoin(in.seconds), naive<Left>(in.firsts, in.seconds, true, false));
  using Right = std::pair<int, std::pair<std::optional<std::string>, int>>;
  support::everywhere(in.firsts, rightOuterJoin(in.seconds), naive<Right>(in.firsts, in.seconds, false, true));
  using Full = std::pair<int, std::pair<std::optional<std::string>, std::optional<int>>>;
  support::everywhere(in.firsts, fullOuterJoin(in.seconds), naive<Full>(in.firsts, in.seconds, true, true));
}

TEST_CASE("join: keys and values that are views; empty sides; within a key in order, and take stops") {
  const std::vector<std::pair<std::string_view, std::string_view>> firsts{{"a", "one"}, {"a", "two"}, {"b", "three"}};
  const std::vector<std::pair<std::string, std::string_view>> seconds{{"a", "x"}, {"a", "y"}};
  using Rows = std::vector<std::pair<std::string, std::pair<std::string, std::string>>>;
  CHECK((firsts | join(seconds) | collect()) == Rows{{"a", {"one", "x"}}, {"a", {"one", "y"}}, {"a", {"two", "x"}}, {"a", {"two", "y"}}});
  CHECK((firsts | join(seconds) | take(3)).size() == 3);
  CHECK((Pairs{} | join(Pairs{}) | collect()).empty());
  CHECK((Pairs{{1, "a"}} | join(Pairs{}) | collect()).empty());
  const auto full = firsts | fullOuterJoin(seconds) | filter([](const auto& row) { return !row.second.second; }) | collect();
  REQUIRE(full.size() == 1);
  CHECK(full[0].second.first == "three");
}

TEST_CASE("join: flags; the rows of a join are pairs for the next") {
  const std::vector<std::pair<int, bool>> flags{{1, true}, {1, false}};
  using Rows = std::vector<std::pair<int, std::pair<bool, std::optional<bool>>>>;
  CHECK((flags | leftOuterJoin(std::vector<std::pair<int, bool>>{{1, true}}) | collect()) == Rows{{1, {true, true}}, {1, {false, true}}});
  const Pairs words{{1, "a long text that no small buffer holds"}};
  const auto twice = words | join(words) | join(flags) | mapValues([](const auto& value) { return value.first.second.size(); }) | reduceByKey(plus) | collect();
  CHECK(twice == std::vector{std::pair{1, 2 * words[0].second.size()}});
}

TEST_CASE("join: two streams of one context; what throws fails the batch") {
  support::Stage stage;
  BatchQueue<int> other;
  std::vector<std::vector<std::pair<int, std::pair<int, int>>>> seen;
  const auto keyed = keyBy([](int i) { return i % 10; });
  stage.stream.queueStream(stage.queue) | keyed | join(stage.stream.queueStream(other) | keyed)
      | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.queue.push(std::vector{11, 12});
  other.push(std::vector{21});
  stage.stream.start();
  stage.world.advance(1s);
  stage.world.advance(1s);
  using Rows = std::vector<std::pair<int, std::pair<int, int>>>;
  CHECK(seen == std::vector<Rows>{{{1, {11, 21}}}, {}});
  const auto failing = map([](int i) { return i == 2 ? throw std::runtime_error("two") : std::pair{i, i}; });
  CHECK_THROWS_WITH((std::vector{1} | failing | join(std::vector{2} | failing) | collect()), "two");
}

}  // namespace
