// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/reduce.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/value.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/on.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using support::CopyCounter;
using support::Tally;

constexpr auto join = [](std::string left, const std::string& right) { return left + right; };

TEST_CASE("reduce: no record gives none, one passes untouched, many are combined") {
  const std::vector<int> none;
  CHECK((none | reduce(plus) | collect()).empty());
  CHECK((none | reduce(max) | collect()).empty());
  CHECK(
      (std::vector{5} | reduce([](int, int) -> int { throw std::logic_error("called"); }) | value())
      == 5);
  const auto many = ranges::views::iota(1, 1001);
  CHECK((many | reduce(plus) | value()) == ranges::accumulate(many, 0));
  CHECK((many | reduce(max) | value()) == 1000);
  CHECK((many | reduce(min) | value()) == 1);
}

TEST_CASE("reduce: with a known identity, zeros and empty slices do not count as records") {
  CHECK((std::vector{0, 0} | reduce(plus) | collect()) == std::vector{0});
  CHECK((std::vector{1, 2, 3} | filter([](int x) { return x > 3; }) | reduce(plus) | collect())
            .empty());
  CHECK((std::vector{2, 3, 4} | reduce(multiplies) | value()) == 24);
  CHECK((std::vector{0.5, 0.25} | reduce(plus) | value()) == 0.75);
}

TEST_CASE("reduce: max and min of integers, whose identities are records like others") {
  constexpr int least = std::numeric_limits<int>::lowest();
  constexpr int most = std::numeric_limits<int>::max();
  CHECK((std::vector{least} | reduce(max) | collect()) == std::vector{least});
  CHECK((std::vector{most, most} | reduce(min) | collect()) == std::vector{most});
  CHECK((std::vector<unsigned char>{7, 200, 3} | reduce(max) | value()) == 200);
  CHECK((std::vector<std::int64_t>{-7, -2, -9} | reduce(min) | value()) == -9);
  CHECK((std::vector<int>{} | reduce(min) | collect()).empty());
  support::SlicingRunner runner(5, 8);
  const auto many = ranges::views::iota(-500, 500);
  CHECK((parallelize(many, 3) | on(runner) | reduce(max) | value()) == 499);
  CHECK((parallelize(many, 3) | on(runner) | filter([](int x) { return x > 600; }) | reduce(min) | collect()).empty());
  CHECK((parallelize(many, 3) | on(runner) | filter([](int x) { return x == 7; }) | reduce(min) | value()) == 7);
  CHECK(std::signbit(std::vector{-0.0, 0.0} | reduce(max) | value()));
}

TEST_CASE("reduce: in order, so associativity is enough") {
  std::vector<std::string> letters;
  for (char c = 'a'; c <= 'z'; ++c) letters.emplace_back(1, c);
  const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";
  CHECK((letters | reduce(join) | value()) == alphabet);
  CHECK((letters | reduce(plus) | value()) == alphabet);
  for (const std::size_t partitions : {1U, 2U, 7U, 40U}) {
    CHECK((parallelize(letters, partitions) | reduce(join) | value()) == alphabet);
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      support::SlicingRunner runner(seed, 2 * sizeof(std::string));
      CHECK((parallelize(letters, partitions) | on(runner) | reduce(join) | value()) == alphabet);
    }
  }
}

TEST_CASE("reduce: with identity on slices") {
  const auto many = ranges::views::iota(1, 1001);
  support::SlicingRunner runner(1, 64);
  CHECK((parallelize(many, 3) | on(runner) | reduce(plus) | value()) == 500500);
  CHECK((parallelize(many, 3) | on(runner) | filter([](int x) { return x == 977; }) | reduce(plus)
         | collect())
        == std::vector{977});
  CHECK((parallelize(many, 3) | on(runner) | filter([](int x) { return x == 977; }) | reduce(max)
         | collect())
        == std::vector{977});
  CHECK((parallelize(many, 3) | on(runner) | filter([](int) { return false; }) | reduce(plus)
         | collect())
            .empty());
}

TEST_CASE("reduce: views are owned, and the result may be a view into either argument") {
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i)
    texts.push_back("a text that is longer than any small buffer, number "
                    + std::to_string((i * 37) % 50));
  const auto view = [](const std::string& text) { return std::string_view(text); };
  std::string largest = texts[0];
  for (const auto& text : texts) largest = std::max(largest, text);
  CHECK((texts | map(view) | reduce(max) | value()) == largest);
  const auto shortened = texts | map(view) | reduce([](std::string_view left, std::string_view) {
                           return left.size() > 10 ? left.substr(1) : left;
                         })
                         | value();
  CHECK(shortened == texts[0].substr(49 < texts[0].size() - 10 ? 49 : texts[0].size() - 10));
}

TEST_CASE("reduce: a single view record outlives what it looked at") {
  auto result = std::vector{1} | map([](int) { return std::string(60, 'q'); })
                | map([](const std::string& text) { return std::string_view(text); }) | reduce(max);
  CHECK((result | value()) == std::string(60, 'q'));
}

TEST_CASE("reduce: copies") {
  Tally tally;
  const auto larger = [](const CopyCounter& left, const CopyCounter& right) {
    return left.value < right.value ? right : left;
  };
  {
    const auto best = support::counters(6, tally) | reduce(larger) | value();
    CHECK(best.value == 6);
    CHECK(tally.copies <= 5 + 2);  // one per call, made by the function; into and out of the batch
  }
  CHECK(tally.alive == 0);
}

TEST_CASE("reduce: what the function throws reaches the caller, nothing leaks") {
  Tally tally;
  const auto failing = [](const CopyCounter& left, const CopyCounter& right) -> CopyCounter {
    if (right.value == 4) throw std::runtime_error("four");
    return left;
  };
  CHECK_THROWS_WITH(support::counters(6, tally) | reduce(failing) | value(), "four");
  CHECK(tally.alive == 0);
  support::SlicingRunner runner(3, 2 * sizeof(CopyCounter));
  CHECK_THROWS_WITH(
      parallelize(support::counters(6, tally), 2) | on(runner) | reduce(failing) | value(), "four");
  CHECK(tally.alive == 0);
}

}  // namespace
