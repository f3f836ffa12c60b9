// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/map.hpp>

#include <array>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/transform.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/fold.hpp>
#include <dstream/actions/foreach.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/operators/filter.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using support::CopyCounter;
using support::Tally;

constexpr std::array numbers{1, 2, 3, 4};
constexpr std::array words{"to"sv, "be"sv, "or"sv, "not"sv};
constexpr auto square = [](int x) { return x * x; };

static_assert((numbers | map(square) | sum()) == 30);
static_assert((numbers | map(square) | map(square) | sum()) == 1 + 16 + 81 + 256);
static_assert((numbers | map(square) | fold(0, plus)) == 30);
static_assert((numbers | map(square) | collect<std::array<int, 4>>()) == std::array{1, 4, 9, 16});
static_assert((words | map(&std::string_view::size) | sum()) == 9);
static_assert((words | map([](std::string_view word) { return word.substr(1); })
               | collect<std::array<std::string_view, 4>>())
              == std::array{"o"sv, "e"sv, "r"sv, "ot"sv});
static_assert((std::array{1, 2, 3} | map(square) | sum()) == 14);
static_assert((static_cast<void>(map(square) | map(square)), true), "a pipeline needs no source to exist");

struct Reading {
  std::string place;
  int value;
  [[nodiscard]] int twice() const { return 2 * value; }
  [[nodiscard]] int twiceNoexcept() const noexcept { return 2 * value; }
};

int negate(int x) { return -x; }

TEST_CASE("map: empty, one and many records") {
  const std::vector<int> none;
  CHECK((none | map(square) | collect()).empty());
  CHECK((std::vector{7} | map(square) | collect()) == std::vector{49});
  const auto many = ranges::views::iota(0, 10000);
  CHECK((many | map(square) | collect())
        == (many | ranges::views::transform(square) | ranges::to<std::vector>()));
}

TEST_CASE("map: functions, pointers to functions and to members") {
  const std::vector<Reading> readings{{"Lugo", 3}, {"Vigo", 4}};
  CHECK((readings | map(&Reading::value) | collect()) == std::vector{3, 4});
  CHECK((readings | map(&Reading::twice) | collect()) == std::vector{6, 8});
  CHECK((readings | map(&Reading::twiceNoexcept) | collect()) == std::vector{6, 8});
  CHECK((readings | map(&Reading::place) | collect()) == std::vector<std::string>{"Lugo", "Vigo"});
  CHECK((readings | map(&Reading::value) | map(negate) | collect()) == std::vector{-3, -4});
  CHECK((readings | map(&Reading::value) | map(&negate) | collect()) == std::vector{-3, -4});
}

TEST_CASE("map: a member of a record that map made") {
  const auto places =
      std::vector{1, 2}
      | map([](int i) { return Reading{std::string(40, static_cast<char>('a' + i)), i}; })
      | map(&Reading::place) | collect();
  CHECK(places == std::vector{std::string(40, 'b'), std::string(40, 'c')});
}

TEST_CASE("map: a borrowed record is seen, not copied") {
  Tally tally;
  const auto records = support::counters(5, tally);
  CHECK((records | map(&CopyCounter::value) | sum()) == 15);
  CHECK((records | map([](const CopyCounter& record) -> const CopyCounter& { return record; })
         | map(&CopyCounter::value) | sum())
        == 15);
  CHECK(tally.copies == 0);
  CHECK(tally.moves == 0);
}

TEST_CASE("map: a borrowed container is read as const") {
  std::vector<int> records{1, 2};
  CHECK((records | map([](auto&& record) {
           return std::is_const_v<std::remove_reference_t<decltype(record)>> ? 1 : 0;
         })
         | sum())
        == 2);
}

TEST_CASE("map: an owned record moves once into and once out of a function by value") {
  Tally tally;
  auto records = support::counters(5, tally);
  const auto kept = std::move(records) | map([](CopyCounter record) { return record; })
                    | filter([](const CopyCounter& record) { return record.value != 3; })
                    | fold(0, [](int total, CopyCounter&& record) { return total + record.value; });
  CHECK(kept == 12);
  CHECK(tally.copies == 0);
  CHECK(tally.moves == 2 * 5);
  CHECK(tally.alive == 0);
}

TEST_CASE("map, filter, collect: an owned record is never copied") {
  Tally tally;
  {
    const auto kept = support::counters(8, tally)
                      | map([](CopyCounter&& record) -> CopyCounter&& { return std::move(record); })
                      | filter([](const CopyCounter& record) { return record.value % 2 == 0; })
                      | collect();
    CHECK((kept | map(&CopyCounter::value) | collect()) == std::vector{2, 4, 6, 8});
    CHECK(tally.copies == 0);
    // At most: into what collect appends, from there into the vector, and 1 + 2 as it grows
    // to 4.
    CHECK(tally.moves <= 4 * 2 + 3);
    CHECK(tally.alive == 4);
  }
  CHECK(tally.alive == 0);
}

TEST_CASE("map: move-only records") {
  std::vector<std::unique_ptr<int>> records;
  for (int i : ranges::views::iota(0, 5)) records.push_back(std::make_unique<int>(i));
  const auto* third = records[3].get();
  const auto kept = std::move(records) | map([](std::unique_ptr<int> record) {
                      *record *= 10;
                      return record;
                    })
                    | filter([](const std::unique_ptr<int>& record) { return *record != 0; })
                    | collect();
  REQUIRE(kept.size() == 4);
  CHECK(*kept[2] == 30);
  CHECK(kept[2].get() == third);
}

TEST_CASE("map: what the function throws reaches the caller, nothing leaks") {
  Tally tally;
  const auto failing = [](CopyCounter record) {
    if (record.value == 4) throw std::runtime_error("four");
    return record;
  };
  CHECK_THROWS_WITH(support::counters(6, tally) | map(failing) | collect(), "four");
  CHECK(tally.alive == 0);
  auto records = support::counters(6, tally);
  CHECK_THROWS_WITH(records | map(failing) | collect(), "four");
  CHECK(tally.alive == 6);
  CHECK((records | map(&CopyCounter::value) | sum()) == 21);
}

TEST_CASE("map: a function that owns something moves into the pipeline") {
  auto scale = [factor = std::make_unique<int>(3)](int x) { return x * *factor; };
  CHECK((std::vector{1, 2, 3} | map(std::move(scale)) | sum()) == 18);
}

TEST_CASE("map: a pipeline is a value, used again and again") {
  const auto pipeline = map(square) | map(negate);
  const std::vector<int> first{1, 2};
  const std::vector<int> second{3};
  CHECK((first | pipeline | sum()) == -5);
  CHECK((second | pipeline | sum()) == -9);
  CHECK((first | pipeline | pipeline | sum()) == -17);
}

TEST_CASE("map: lazy, and each record once") {
  int calls = 0;
  const std::vector<int> records{1, 2, 3};
  const auto mapped = records | map([&calls](int x) {
                        ++calls;
                        return x;
                      });
  CHECK(calls == 0);
  CHECK((mapped | sum()) == 6);
  CHECK(calls == 3);
}

TEST_CASE("map: an Rdd in a variable owns what it was given") {
  const auto rdd = std::vector<std::string>{"one", "three"} | map(&std::string::size);
  CHECK((rdd | sum()) == 8);
  CHECK((rdd | sum()) == 8);
}

}  // namespace
