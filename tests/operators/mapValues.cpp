// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/mapValues.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
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
using namespace std::string_view_literals;
using support::CopyCounter;

constexpr auto square = [](int x) { return x * x; };
constexpr std::array pairs{std::pair{"a"sv, 2}, std::pair{"b"sv, 3}};
static_assert((pairs | mapValues(square) | map([](auto pair) { return pair.second; }) | sum()) == 13);
static_assert((pairs | mapValues(square) | collect<std::array<std::pair<std::string_view, int>, 2>>()) == std::array{std::pair{"a"sv, 4}, std::pair{"b"sv, 9}});

TEST_CASE("mapValues: as the naive loop") {
  support::Random random(1);
  std::vector<std::pair<std::string, int>> records;
  std::vector<std::pair<std::string, long>> expected;
  for (int i = 0; i < 200; ++i) {
    const auto& [key, value] = records.emplace_back(random.text(random.below(30), "abc"), random.between(-9, 9));
    expected.emplace_back(key, 2L * value);
  }
  support::everywhereInOrder(records, mapValues([](int x) { return 2L * x; }), expected);
  CHECK((std::vector<std::pair<int, int>>{} | mapValues(square) | collect()).empty());
}

TEST_CASE("mapValues: keys and values that the parent keeps are referred to, never copied; tuples are pairs too") {
  support::Tally tally;
  const std::vector<std::pair<CopyCounter, int>> keys = [&] {
    std::vector<std::pair<CopyCounter, int>> made;
    made.emplace_back(CopyCounter{7, tally}, 1);
    return made;
  }();
  CHECK((keys | mapValues(square) | map([](const auto& pair) { return pair.first.value; }) | sum()) == 7);
  CHECK(tally.copies == 0);
  const std::vector<std::tuple<int, std::string>> tuples{{1, "one"}, {2, "two"}};
  const auto itself = mapValues([](const std::string& text) -> const std::string& { return text; });
  CHECK((tuples | itself | collect()) == std::vector<std::pair<int, std::string>>{{1, "one"}, {2, "two"}});
  CHECK((tuples | mapValues(&std::string::size) | reduceByKey(plus) | map([](const auto& pair) { return pair.second; }) | sum()) == 6);
}

TEST_CASE("mapValues: records that only move") {
  const auto keyed = map([](int i) { return std::pair{std::make_unique<int>(i), std::make_unique<int>(10 * i)}; });
  const auto sums = std::vector{1, 2} | keyed | mapValues([](std::unique_ptr<int> p) { return *p + 1; })
                    | map([](const auto& pair) { return *pair.first + pair.second; }) | collect();
  CHECK(sums == std::vector{12, 23});
}

TEST_CASE("mapValues: what the function throws reaches the caller") {
  const auto failing = [](int x) -> int { throw std::runtime_error(std::to_string(x)); };
  CHECK_THROWS_WITH((pairs | mapValues(failing) | collect()), "2");
}

TEST_CASE("mapValues: on a stream") {
  auto driver = testing::drive<std::pair<std::string, int>>(mapValues(square) | reduceByKey(plus));
  CHECK(driver.feed({{"a", 2}, {"a", 3}}) == std::vector<std::pair<std::string, int>>{{"a", 13}});
}

}  // namespace
