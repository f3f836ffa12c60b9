// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/filter.hpp>

#include <array>
#include <memory>
#include <optional>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/fold.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/operators/map.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using support::CopyCounter;
using support::Tally;

constexpr std::array numbers{1, 2, 3, 4, 5};
constexpr std::array words{"to"sv, "be"sv, ""sv, "not"sv};
constexpr auto isEven = [](int x) { return x % 2 == 0; };

static_assert((numbers | filter(isEven) | sum()) == 6);
static_assert((numbers | filter(isEven) | fold(1, multiplies)) == 8);
static_assert((numbers | filter(isEven) | collect<std::array<int, 2>>()) == std::array{2, 4});
static_assert((words | filter([](std::string_view word) { return !word.empty(); })
               | collect<std::array<std::string_view, 3>>())
              == std::array{"to"sv, "be"sv, "not"sv});
static_assert((words | filter(&std::string_view::empty) | map(&std::string_view::size) | sum())
              == 0);

struct Sample {
  int value;
  bool valid;
  [[nodiscard]] bool isValid() const { return valid; }
};

TEST_CASE("filter: empty, one and many records") {
  CHECK((std::vector<int>{} | filter(isEven) | collect()).empty());
  CHECK((std::vector{1} | filter(isEven) | collect()).empty());
  CHECK((std::vector{2} | filter(isEven) | collect()) == std::vector{2});
  const auto many = ranges::views::iota(-5000, 5000);
  CHECK((many | filter(isEven) | collect())
        == (many | ranges::views::filter(isEven) | ranges::to<std::vector>()));
}

TEST_CASE("filter: parity of integers of all sizes") {
  const auto odd = [](const auto& records) {
    return records | filter([](auto x) { return x & 1; }) | sum();
  };
  CHECK(odd(std::vector<signed char>{-3, -2, 1, 5}) == 3);
  CHECK(odd(std::vector<short>{-3, -2, 1, 5}) == 3);
  CHECK(odd(ranges::views::iota(-1000, 1001) | ranges::to<std::vector>()) == 0);
  CHECK(odd(std::vector<unsigned>{3, 2, 1, 5}) == 9);
  CHECK(odd(std::vector<long>{-3, -2, 1, 5}) == 3);
}

TEST_CASE("filter: pointers to members, and whatever converts to bool") {
  const std::vector<Sample> samples{{1, true}, {2, false}, {3, true}};
  CHECK((samples | filter(&Sample::valid) | map(&Sample::value) | sum()) == 4);
  CHECK((samples | filter(&Sample::isValid) | map(&Sample::value) | sum()) == 4);
  CHECK((samples | filter(&Sample::value) | map(&Sample::value) | sum()) == 6);
  const auto some = [](const Sample& sample) {
    return sample.valid ? std::optional<int>{0} : std::nullopt;
  };
  CHECK((samples | filter(some) | map(&Sample::value) | sum()) == 4);
}

TEST_CASE("filter: the predicate sees the record as const, and the record stays as it was") {
  Tally tally;
  auto records = support::counters(4, tally);
  const int total = std::move(records) | filter([](auto&& record) {
                      static_assert(std::is_same_v<decltype(record), const CopyCounter&>);
                      return record.value != 2;
                    })
                    | fold(0, [](int sum, CopyCounter&& record) { return sum + record.value; });
  CHECK(total == 8);
  CHECK(tally.copies == 0);
  CHECK(tally.moves == 0);
  CHECK(tally.alive == 0);
}

TEST_CASE("filter: a borrowed record is neither copied nor moved") {
  Tally tally;
  const auto records = support::counters(4, tally);
  CHECK((records | filter([](const CopyCounter& record) { return record.value > 2; })
         | map(&CopyCounter::value) | sum())
        == 7);
  CHECK(tally.copies + tally.moves == 0);
}

TEST_CASE("filter: move-only records") {
  std::vector<std::unique_ptr<int>> records;
  records.push_back(nullptr);
  records.push_back(std::make_unique<int>(5));
  const auto kept =
      std::move(records) | filter([](const auto& record) { return record != nullptr; }) | collect();
  REQUIRE(kept.size() == 1);
  CHECK(*kept[0] == 5);
}

TEST_CASE("filter: what the predicate throws reaches the caller, nothing leaks") {
  Tally tally;
  CHECK_THROWS_WITH(support::counters(5, tally) | filter([](const CopyCounter& record) {
                      if (record.value == 3) throw std::runtime_error("three");
                      return true;
                    }) | collect(),
                    "three");
  CHECK(tally.alive == 0);
}

TEST_CASE("filter: behind take no record is asked") {
  int calls = 0;
  const std::vector<int> records{1, 2, 3, 4, 5, 6};
  CHECK((records | filter([&calls](int x) {
           ++calls;
           return x % 2 == 0;
         })
         | take(2))
        == std::vector{2, 4});
  CHECK(calls == 4);
}

TEST_CASE("filter: many in a row") {
  const auto records = ranges::views::iota(0, 2310);
  const auto indivisible = [](int by) { return filter([by](int x) { return x % by != 0; }); };
  CHECK((records | indivisible(2) | indivisible(3) | indivisible(5) | indivisible(7)
         | indivisible(11) | map([](int) { return 1; }) | sum())
        == 480);
}

}  // namespace
