// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/zip.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/cartesian_product.hpp>
#include <range/v3/view/iota.hpp>
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

namespace {

/// One of them cannot be copied.
struct Fragile {
  explicit Fragile(int given) : number(given) {}
  Fragile(const Fragile& other) : number(other.number != 3 ? other.number : throw std::runtime_error("three")) {}
  Fragile& operator=(const Fragile&) = default;
  ~Fragile() = default;
  int number;
};

}  // namespace
template <>
struct dstream::Owned<Fragile> : dstream::KeptAsIs<Fragile> {};
namespace {

using namespace dstream;

const std::vector<std::string> words{"to", "be", "or", "not", "a longer one, no small buffer holds it"};
constexpr auto asViews = map([](const std::string& word) { return std::string_view(word); });

TEST_CASE("zipWithIndex: the place in the batch, whatever partitions and slices") {
  std::vector<std::pair<std::string, std::int64_t>> expected;
  for (const auto& word : words) expected.emplace_back(word, static_cast<std::int64_t>(expected.size()));
  support::everywhereInOrder(words, asViews | zipWithIndex(), expected);
  CHECK((std::vector<int>{} | zipWithIndex() | collect()).empty());
  CHECK((parallelize(words, 2) | zipWithIndex() | glom() | map([](const auto& part) { return part.size(); }) | collect()) == std::vector<std::size_t>{2, 3});
  CHECK((std::vector{true} | zipWithIndex() | collect()) == std::vector<std::pair<bool, std::int64_t>>{{true, 0}});
}

TEST_CASE("zip: one with one, whatever partitions and slices of either") {
  const auto numbers = ranges::views::iota(0, 5) | ranges::to<std::vector>();
  std::vector<std::pair<std::string, int>> expected;
  for (const int i : numbers) expected.emplace_back(words[static_cast<std::size_t>(i)], i);
  support::everywhereInOrder(words, asViews | zip(parallelize(numbers, 3)), expected);
  CHECK((std::vector<int>{} | zip(std::vector<int>{}) | collect()).empty());
  CHECK((std::vector{1} | zip(std::vector{true}) | collect()) == std::vector{std::pair{1, true}});
}

TEST_CASE("zip: unequal numbers of records throw") {
  CHECK_THROWS_AS((words | zip(std::vector{1}) | collect()), std::invalid_argument);
  CHECK_THROWS_AS((std::vector<int>{} | zip(std::vector{1}) | count() | value()), std::invalid_argument);
}

TEST_CASE("zip, zipWithIndex: records that only move") {
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  const std::vector<int> numbers{1, 2};
  const auto sums = numbers | unique | zip(numbers | unique) | map([](const auto& row) { return *row.first + *row.second; }) | collect();
  CHECK(sums == std::vector{2, 4});
  CHECK((numbers | unique | zipWithIndex() | map([](const auto& row) { return *row.first + static_cast<int>(row.second); }) | collect()) == std::vector{1, 3});
}

TEST_CASE("zip, zipWithIndex: a copy of each record, and no moves because a vector grows") {
  support::Tally tally;
  const auto records = support::counters(20, tally);
  const auto others = support::counters(20, tally);
  const auto moves = [&](auto rdd, std::size_t sliceBytes, int copies) {
    support::SlicingRunner runner(1, sliceBytes);
    RunnerRef ref(runner);
    tally = {0, 0, 40};
    rdd.prepare(ref);
    CHECK(tally.copies == copies);
    return tally.moves;
  };
  const std::size_t four = 4 * sizeof(support::CopyCounter);
  CHECK(moves(parallelize(records, 2) | zipWithIndex(), 10'000, 20) == 20);
  CHECK(moves(parallelize(records, 2) | zipWithIndex(), four, 20) == 40);
  CHECK(moves(records | zip(others), 10'000, 40) == 80);
  CHECK(moves(parallelize(records, 2) | zip(others), four, 40) == 100);
}

TEST_CASE("zip, zipWithIndex: a copy that throws reaches the caller") {
  const std::vector<int> numbers{1, 2, 3, 4, 5};
  std::vector<Fragile> fragile;
  fragile.reserve(5);
  for (const int i : numbers) fragile.emplace_back(i);
  support::SlicingRunner runner(1, 8);
  CHECK_THROWS_WITH((parallelize(fragile, 2) | on(runner) | zipWithIndex() | collect()), "three");
  CHECK_THROWS_WITH((parallelize(fragile, 2) | on(runner) | zip(numbers) | collect()), "three");
  CHECK_THROWS_WITH((numbers | zip(fragile) | collect()), "three");
}

TEST_CASE("cartesian: all pairs in order, as range-v3 has them; take stops") {
  const std::vector<int> numbers{1, 2, 3};
  std::vector<std::pair<std::string, int>> expected;
  for (const auto& [word, number] : ranges::views::cartesian_product(words, numbers)) expected.emplace_back(word, number);
  support::everywhereInOrder(words, cartesian(parallelize(numbers, 2)), expected);
  CHECK((words | cartesian(std::vector<int>{}) | collect()).empty());
  CHECK((std::vector<int>{} | cartesian(numbers) | collect()).empty());
  CHECK((words | asViews | cartesian(words | asViews) | take(7)).back() == std::pair<std::string, std::string>{"be", "be"});
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  CHECK((numbers | unique | cartesian(numbers | unique) | map([](const auto& pair) { return *pair.first * *pair.second; }) | sum()) == 36);
}

TEST_CASE("zipWithIndex: on a stream") {
  auto driver = testing::drive<int>(zipWithIndex() | map([](const auto& pair) { return pair.first * 10 + static_cast<int>(pair.second); }));
  CHECK(driver.feedPartitions({{7}, {8, 9}}) == std::vector{70, 81, 92});
}

}  // namespace
