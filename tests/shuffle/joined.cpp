// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/joined.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/shuffle/join.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

/// The rows as a book-keeper makes them, of each kind; sorted.
template <class Row, class Firsts, class Seconds>
std::vector<Row> expected(const Firsts& firsts, const Seconds& seconds, bool firstMayMiss, bool secondMayMiss) {
  using Key = typename Firsts::value_type::first_type;
  std::map<Key, std::pair<std::vector<typename Firsts::value_type::second_type>, std::vector<typename Seconds::value_type::second_type>>> book;
  for (const auto& [key, value] : firsts) book[key].first.push_back(value);
  for (const auto& [key, value] : seconds) book[key].second.push_back(value);
  std::vector<Row> rows;
  for (const auto& [key, sides] : book) {
    for (const auto& first : sides.first)
      for (const auto& second : sides.second) rows.push_back(Row{key, {first, second}});
    if constexpr (std::is_constructible_v<decltype(Row{}.second.second), std::nullopt_t>)
      if (secondMayMiss && sides.second.empty())
        for (const auto& first : sides.first) rows.push_back(Row{key, {first, std::nullopt}});
    if constexpr (std::is_constructible_v<decltype(Row{}.second.first), std::nullopt_t>)
      if (firstMayMiss && sides.first.empty())
        for (const auto& second : sides.second) rows.push_back(Row{key, {std::nullopt, second}});
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

template <class Key, class MakeKey>
void checkKinds(std::uint64_t seed, std::size_t firstCount, std::size_t secondCount, std::size_t keys, const MakeKey& makeKey) {
  support::Random random(seed);
  std::vector<std::pair<Key, int>> firsts;
  std::vector<std::pair<Key, std::string>> seconds;
  for (std::size_t i = 0; i < firstCount; ++i) firsts.emplace_back(makeKey(random.below(keys)), static_cast<int>(i));
  for (std::size_t i = 0; i < secondCount; ++i) seconds.emplace_back(makeKey(keys / 3 + random.below(keys)), random.text(random.below(30), "xyz"));
  using Inner = std::pair<Key, std::pair<int, std::string>>;
  support::everywhere(firsts, join(seconds), expected<Inner>(firsts, seconds, false, false));
  support::everywhere(firsts, join(seconds, 3), expected<Inner>(firsts, seconds, false, false));
  using Left = std::pair<Key, std::pair<int, std::optional<std::string>>>;
  support::everywhere(firsts, leftOuterJoin(seconds), expected<Left>(firsts, seconds, false, true));
  using Right = std::pair<Key, std::pair<std::optional<int>, std::string>>;
  support::everywhere(firsts, rightOuterJoin(seconds), expected<Right>(firsts, seconds, true, false));
  using Full = std::pair<Key, std::pair<std::optional<int>, std::optional<std::string>>>;
  support::everywhere(firsts, fullOuterJoin(seconds), expected<Full>(firsts, seconds, true, true));
}

TEST_CASE("joined: all kinds, with keys that are small numbers, any numbers, texts short and long, and strings") {
  checkKinds<int>(1, 700, 400, 200, [](std::size_t i) { return static_cast<int>(i); });
  checkKinds<std::int64_t>(2, 700, 400, 200, [](std::size_t i) { return static_cast<std::int64_t>(i * 0x9E3779B97F4A7C15U); });
  checkKinds<std::string>(3, 500, 300, 150, [](std::size_t i) { return std::string(i % 40, 'k') + std::to_string(i); });
  checkKinds<std::pair<int, std::string>>(4, 300, 200, 100, [](std::size_t i) { return std::pair{static_cast<int>(i % 7), std::to_string(i)}; });
  checkKinds<int>(5, 300, 0, 100, [](std::size_t i) { return static_cast<int>(i); });
  checkKinds<int>(6, 0, 300, 100, [](std::size_t i) { return static_cast<int>(i); });
}

TEST_CASE("joined: more keys than the caches have entries for, and most of them missing") {
  checkKinds<std::int64_t>(7, 6000, 4000, 5000, [](std::size_t i) { return static_cast<std::int64_t>(i * 0x9E3779B97F4A7C15U); });
}

TEST_CASE("joined: keys that are views of what is gone by then") {
  const std::vector<std::string> rows{"a=1", "a key that no sixteen bytes hold=2", "a=3", "a key that no sixteen bytes hold=4", "b=5"};
  const auto cut = map([](const std::string& row) {
    const auto at = row.find('=');
    return std::pair{row.substr(0, at), std::stoi(row.substr(at + 1))};
  });
  const auto viewed = [&](const auto& pipeline) {
    std::vector<std::string> seen;
    for (const auto& [key, values] : pipeline | collect()) seen.push_back(std::string(key) + " " + std::to_string(values.first) + " " + std::to_string(values.second));
    return seen;
  };
  CHECK(viewed(rows | cut | join(rows | cut)) ==
        std::vector<std::string>{"a 1 1", "a 1 3", "a key that no sixteen bytes hold 2 2", "a key that no sixteen bytes hold 2 4", "a 3 1", "a 3 3",
                                 "a key that no sixteen bytes hold 4 2", "a key that no sixteen bytes hold 4 4", "b 5 5"});
}

/// Can be made and moved, but nothing is ever assigned to it.
struct Fixed {
  const int number;
};

TEST_CASE("joined: values that cannot be assigned; a function that throws while records wait") {
  const std::vector<std::pair<int, Fixed>> fixed{{1, {10}}, {2, {20}}, {1, {30}}};
  std::vector<int> sums;
  fixed | join(fixed) | foreach([&](const auto& row) { sums.push_back(row.second.first.number + row.second.second.number); });
  CHECK(sums == std::vector{20, 40, 40, 40, 60});

  std::vector<int> keys(100);
  for (int i = 0; i < 100; ++i) keys[static_cast<std::size_t>(i)] = i;
  const auto thrown = map([](int i) { return i == 40 ? throw std::runtime_error("forty") : std::pair{i, std::make_shared<int>(i)}; });
  const auto others = keys | map([](int i) { return std::pair{i, i}; });
  CHECK_THROWS_WITH((keys | thrown | join(others) | count() | value()), "forty");
  CHECK_THROWS_WITH((keys | thrown | leftOuterJoin(others) | count() | value()), "forty");
}

/// A small key that has neither a default nor an assignment.
struct Id {
  explicit Id(int given) : number(given) {}
  const int number;
  friend bool operator==(const Id&, const Id&) = default;
};
/// Too large for many of them to lie on a stack.
struct Frame {
  std::array<double, 40'000> samples{};
};

}  // namespace

template <>
struct std::hash<Id> {
  std::size_t operator()(const Id& id) const noexcept { return static_cast<std::size_t>(id.number); }
};
template <>
struct dstream::Owned<Id> : dstream::KeptAsIs<Id> {};

namespace {

TEST_CASE("joined: keys without a default or an assignment, and values that are large") {
  const std::vector<std::pair<Id, int>> ids{{Id(1), 1}, {Id(2), 2}, {Id(1), 3}};
  CHECK((ids | join(ids) | count() | value()) == 5);
  std::vector<std::pair<int, Frame>> frames;
  for (int i = 0; i < 40; ++i) frames.emplace_back(i, Frame{});
  CHECK((frames | join(std::vector<std::pair<int, int>>{{1, 1}, {1, 2}, {39, 3}}) | count() | value()) == 3);
}

TEST_CASE("joined: with one worker rows come in the order of the first side's records; those of the second side alone come last") {
  const std::vector<std::pair<int, char>> firsts{{3, 'a'}, {1, 'b'}, {3, 'c'}, {9, 'd'}};
  const std::vector<std::pair<int, int>> seconds{{1, 10}, {3, 30}, {7, 70}, {3, 31}};
  std::string seen;
  firsts | fullOuterJoin(seconds) | foreach([&](const auto& row) {
    const auto& [first, second] = row.second;
    seen += std::to_string(row.first) + (first ? std::string(1, *first) : "-") + (second ? std::to_string(*second) : "-") + " ";
  });
  CHECK(seen == "3a30 3a31 1b10 3c30 3c31 9d- 7-70 ");
}

}  // namespace
