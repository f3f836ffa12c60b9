// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/collect.hpp>

#include <array>
#include <list>
#include <memory>
#include <optional>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/on.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/text/words.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using support::CopyCounter;
using support::Tally;

constexpr std::array numbers{3, 1, 2};
constexpr auto isOdd = [](int x) { return x % 2 != 0; };
static_assert((numbers | collect<std::array<int, 3>>()) == numbers);
static_assert((numbers | collect<std::array<long, 3>>()) == std::array{3L, 1L, 2L});
static_assert((numbers | filter(isOdd) | collect<std::array<int, 2>>()) == std::array{3, 1});
static_assert((parallelize(numbers, 2) | collect<std::array<int, 3>>()) == numbers);
static_assert([] {
  std::array<int, 5> target{};
  const std::size_t written = numbers | filter(isOdd) | collectInto(target);
  return written == 2 && target == std::array{3, 1, 0, 0, 0};
}());
static_assert((numbers | collect()).size() == 3);

TEST_CASE("collect: what it returns owns its records") {
  const std::vector<std::string_view> views{"to", "be"};
  static_assert(std::is_same_v<decltype(views | collect()), std::vector<std::string>>);
  CHECK((views | collect()) == std::vector<std::string>{"to", "be"});

  const auto pairs =
      views | map([](std::string_view word) { return std::pair{word, word.size()}; });
  static_assert(std::is_same_v<decltype(pairs | collect()),
                               std::vector<std::pair<std::string, std::size_t>>>);
  CHECK((pairs | collect())[1] == std::pair{std::string("be"), std::size_t{2}});

  const auto optionals = views | map([](std::string_view word) {
                           return word == "to" ? std::optional(word) : std::nullopt;
                         });
  CHECK((optionals | collect()) == std::vector<std::optional<std::string>>{"to", std::nullopt});

  const auto vectors = views | map([](std::string_view word) { return std::vector{word, word}; });
  CHECK((vectors | collect())[0] == std::vector<std::string>{"to", "to"});
}

TEST_CASE("collect: order, at any number of partitions and on slices") {
  const auto records = ranges::views::iota(0, 1000);
  const auto expected = records | ranges::to<std::vector>();
  for (const std::size_t partitions : {1U, 2U, 7U, 1500U}) {
    CHECK((parallelize(records, partitions) | collect()) == expected);
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      support::SlicingRunner runner(seed, 40);
      CHECK((parallelize(records, partitions) | on(runner) | collect()) == expected);
      CHECK((parallelize(records, partitions) | on(runner) | filter(isOdd)
             | flatMap([](int x) { return std::array{x - 1, x}; }) | collect())
            == expected);
    }
  }
}

TEST_CASE("collect: a lvalue container is copied, an rvalue one moved from") {
  Tally tally;
  const auto records = support::counters(4, tally);
  CHECK((records | collect()).size() == 4);
  CHECK(tally.copies == 4);
  CHECK((support::counters(4, tally) | collect()).size() == 4);
  CHECK(tally.copies == 4);
}

TEST_CASE("collect: where the number of records is known, none is moved because the vector grows") {
  Tally tally;
  const auto records = support::counters(100, tally);
  const auto movesOf = [&](auto rdd) {
    tally = {0, 0, 100};
    CHECK((std::move(rdd) | collect()).size() == 100);
    CHECK(tally.copies == 100);
    return tally.moves;
  };
  const auto same = map([](const CopyCounter& record) -> const CopyCounter& { return record; });
  CHECK(movesOf(records | same) == 100);
  CHECK(movesOf(parallelize(records, 7) | same) == 100);
  support::SlicingRunner whole(1, 100'000);
  CHECK(movesOf(parallelize(records, 1) | on(whole) | same) == 100);
  support::SlicingRunner cut(1, 64);
  CHECK(movesOf(parallelize(records, 3) | on(cut) | same) == 200);
}

TEST_CASE("collect: move-only records of an rvalue container") {
  std::vector<std::unique_ptr<int>> records;
  records.push_back(std::make_unique<int>(1));
  records.push_back(nullptr);
  const auto kept = std::move(records) | collect();
  CHECK(*kept.at(0) == 1);
  CHECK(kept.at(1) == nullptr);

  support::SlicingRunner runner(1, 8);
  std::vector<std::unique_ptr<int>> more;
  for (int i = 0; i < 10; ++i) more.push_back(std::make_unique<int>(i));
  const auto sliced = parallelize(std::move(more), 3) | on(runner) | collect();
  REQUIRE(sliced.size() == 10);
  for (int i = 0; i < 10; ++i) CHECK(*sliced[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("collect: into an array exactly as many as it has places") {
  const std::vector<int> three{1, 2, 3};
  const std::list<int> list{1, 2, 3};
  CHECK((three | collect<std::array<int, 3>>()) == std::array{1, 2, 3});
  CHECK((list | collect<std::array<int, 3>>()) == std::array{1, 2, 3});
  using Two = std::array<int, 2>;
  using Four = std::array<int, 4>;
  CHECK_THROWS_AS(three | collect<Two>(), std::length_error);
  CHECK_THROWS_AS(three | collect<Four>(), std::length_error);
  CHECK_THROWS_AS(list | collect<Two>(), std::length_error);
  CHECK_THROWS_AS(list | collect<Four>(), std::length_error);
  CHECK_THROWS_AS(three | filter(isOdd) | collect<Four>(), std::length_error);
  CHECK((std::vector<int>{} | collect<std::array<int, 0>>()).empty());
}

TEST_CASE("collect: into an array of what the records convert to") {
  const std::vector<std::string> words{"to", "be"};
  const auto views = words | collect<std::array<std::string_view, 2>>();
  CHECK(views[0].data() == words[0].data());
  const std::vector<std::string_view> source{"to", "be"};
  CHECK((source | collect<std::array<std::string, 2>>()) == std::array<std::string, 2>{"to", "be"});
}

TEST_CASE("collectInto: an array, a vector, a span, a C array of the caller's") {
  const std::vector<int> three{1, 2, 3};
  std::vector<int> vector(5, 9);
  CHECK((three | collectInto(vector)) == 3);
  CHECK(vector == std::vector{1, 2, 3, 9, 9});
  int array[3] = {};
  CHECK((three | map([](int x) { return -x; }) | collectInto(array)) == 3);
  CHECK(array[2] == -3);
  std::span<int> span(vector.data() + 3, 2);
  CHECK((three | filter(isOdd) | collectInto(span)) == 2);
  CHECK(vector == std::vector{1, 2, 3, 1, 3});
}

TEST_CASE("collectInto: too small a target throws and nothing is written behind it") {
  const std::vector<int> three{1, 2, 3};
  std::array<int, 3> target{7, 7, 7};
  std::span<int> two(target.data(), 2);
  CHECK_THROWS_AS(three | collectInto(two), std::length_error);
  CHECK_THROWS_AS(three | filter([](int) { return true; }) | collectInto(two), std::length_error);
  CHECK(target[2] == 7);
  std::vector<int> none;
  CHECK_THROWS_AS(three | collectInto(none), std::length_error);
  CHECK((none | collectInto(none)) == 0);
}

TEST_CASE("collect: words of temporary lines") {
  const auto words =
      std::vector{1, 2}
      | map([](int i) { return "a line made for this moment only, number " + std::to_string(i); })
      | flatMap(splitWords) | collect();
  REQUIRE(words.size() == 18);
  CHECK(words[17] == "2");
}

}  // namespace
