// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/flatMapValues.hpp>

#include <array>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;

constexpr std::array pairs{std::pair{1, 2}, std::pair{2, 3}};
constexpr auto twice = [](int x) { return std::array{x, 10 * x}; };
static_assert((pairs | flatMapValues(twice) | collect<std::array<std::pair<int, int>, 4>>())
              == std::array{std::pair{1, 2}, std::pair{1, 20}, std::pair{2, 3}, std::pair{2, 30}});

TEST_CASE("flatMapValues: the words of texts, as the naive loop finds them") {
  support::Random random(2);
  std::vector<std::pair<std::string, std::string>> records;
  std::vector<std::pair<std::string, std::string>> expected;
  for (int i = 0; i < 100; ++i) {
    const auto& [key, text] = records.emplace_back(random.text(random.below(30), "abc"), random.text(random.below(40), "ab  "));
    for (const std::string_view word : support::naiveWords(text)) expected.emplace_back(key, word);
  }
  support::everywhereInOrder(records, flatMapValues(splitWords), expected);
}

TEST_CASE("flatMapValues: no value, no record; take stops within a value") {
  const auto count = flatMapValues([](int n) { return ranges::views::iota(0, n); });
  CHECK((std::vector<std::pair<int, int>>{} | count | collect()).empty());
  CHECK((std::vector{std::pair{1, 0}, std::pair{2, 2}} | count | collect()) == std::vector{std::pair{2, 0}, std::pair{2, 1}});
  CHECK((std::vector{std::pair{1, 1000000000}} | count | take(2)) == std::vector{std::pair{1, 0}, std::pair{1, 1}});
}

TEST_CASE("flatMapValues: elements made for a record are moved, keys are not copied") {
  support::Tally tally;
  const auto values = std::vector{1, 2} | map([&](int i) { return std::pair{support::CopyCounter{i, tally}, i}; })
                      | flatMapValues([&](int i) { return support::counters(i, tally); })
                      | map([](auto&& row) { return row.first.value * row.second.value; }) | collect();
  CHECK(values == std::vector{1, 2, 4});
  CHECK(tally.copies == 0);
}

TEST_CASE("flatMapValues: what the function throws reaches the caller") {
  const auto failing = [](int) -> std::vector<int> { throw std::runtime_error("none"); };
  CHECK_THROWS_WITH((pairs | flatMapValues(failing) | collect()), "none");
}

}  // namespace
