// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/flatMap.hpp>

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/split.hpp>
#include <range/v3/view/transform.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/fold.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/actions/value.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/operators/reduce.hpp>
#include <dstream/operators/sortByKey.hpp>
#include <dstream/shuffle/countByValue.hpp>
#include <dstream/text/split.hpp>
#include <dstream/text/words.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/pushers.hpp"

namespace {

using namespace dstream;
using namespace std::string_view_literals;
using support::CopyCounter;
using support::Tally;
using support::UpTo;

constexpr std::array numbers{0, 1, 2, 3};
constexpr std::array lines{"to be or"sv, ""sv, " not  to be"sv};

static_assert((numbers | flatMap([](int n) { return std::array{n, 10 * n}; }) | sum()) == 66);
static_assert((numbers | flatMap([](int n) { return UpTo{n}; }) | sum()) == 0 + 0 + 1 + 3);
static_assert((numbers | flatMap([](int n) { return UpTo{n}; }) | collect<std::array<int, 6>>())
              == std::array{0, 0, 1, 0, 1, 2});
static_assert((lines | flatMap(splitWords) | collect<std::array<std::string_view, 6>>())
              == std::array{"to"sv, "be"sv, "or"sv, "not"sv, "to"sv, "be"sv});
static_assert((lines | flatMap(split(' ')) | map([](std::string_view) { return 1; }) | sum())
              == 3 + 1 + 5);
static_assert((numbers | flatMap([](int n) { return UpTo{n}; })
               | flatMap([](int n) { return UpTo{n}; }) | sum())
              == 1);

struct Order {
  std::vector<std::string> items;
  [[nodiscard]] const std::vector<std::string>& all() const { return items; }
};

TEST_CASE("flatMap: empty, one and many records; empty, one and many elements") {
  const auto upTo = [](int n) { return ranges::views::iota(0, n); };
  CHECK((std::vector<int>{} | flatMap(upTo) | collect()).empty());
  CHECK((std::vector{0, 0, 0} | flatMap(upTo) | collect()).empty());
  CHECK((std::vector{1} | flatMap(upTo) | collect()) == std::vector{0});
  const auto many = ranges::views::iota(0, 100);
  const auto expected =
      many | ranges::views::transform(upTo) | ranges::views::join | ranges::to<std::vector>();
  CHECK((many | flatMap(upTo) | collect()) == expected);
  CHECK((many | flatMap([](int n) { return UpTo{n}; }) | collect()) == expected);
}

TEST_CASE("flatMap: each kind of range") {
  const std::vector<int> records{1, 2, 3};
  CHECK((records | flatMap([](int n) { return std::vector<int>(3, n); }) | sum()) == 18);
  CHECK((records | flatMap([](int n) { return std::list<int>{n, n}; }) | sum()) == 12);
  CHECK((records | flatMap([](int n) { return std::map<int, int>{{n, 2}, {n + 1, 3}}; })
         | map([](const auto& entry) { return entry.second; }) | sum())
        == 15);
  CHECK((records | flatMap([](int n) {
           return ranges::views::iota(0, 10)
                  | ranges::views::filter([n](int x) { return x % n == 0; });
         })
         | collect())
            .size()
        == 10 + 5 + 4);
  const auto bits = [](int n) { return std::vector<bool>{n > 1, true}; };
  CHECK((records | flatMap(bits) | collect()) == std::vector<bool>{false, true, true, true, true, true});
  CHECK((records | flatMap(bits) | countByValue() | sortByKey() | collect()) == std::vector<std::pair<bool, std::int64_t>>{{false, 1}, {true, 5}});
  CHECK_FALSE((records | flatMap(bits) | reduce([](bool left, bool right) { return left && right; }) | value()));
  static const int array[] = {4, 5};
  CHECK((records | flatMap([](int) -> const int(&)[2] { return array; }) | sum()) == 27);
  CHECK((records | flatMap([](int n) { return std::string(static_cast<std::size_t>(n), 'x'); })
         | collect())
        == std::vector(6, 'x'));
}

TEST_CASE("flatMap: pointers to members") {
  const std::vector<Order> orders{{{"a", "b"}}, {{}}, {{"c"}}};
  CHECK((orders | flatMap(&Order::items) | collect()) == std::vector<std::string>{"a", "b", "c"});
  CHECK((orders | flatMap(&Order::all) | collect()) == std::vector<std::string>{"a", "b", "c"});
  CHECK(orders[0].items == std::vector<std::string>{"a", "b"});
}

TEST_CASE("flatMap: elements of a container made for the record are moved on") {
  Tally tally;
  const int total = std::vector{1, 2, 3}
                    | flatMap([&tally](int n) { return support::counters(n, tally); })
                    | map([](CopyCounter record) { return record.value; }) | fold(0, plus);
  CHECK(total == 1 + 3 + 6);
  CHECK(tally.copies == 0);
  CHECK(tally.moves == 6);
  CHECK(tally.alive == 0);
}

TEST_CASE("flatMap: elements of a container that lives on are neither moved nor copied") {
  Tally tally;
  std::vector<std::vector<CopyCounter>> records;
  records.push_back(support::counters(3, tally));
  CHECK((records
         | flatMap([](const std::vector<CopyCounter>& inner) -> const auto& { return inner; })
         | map([](const CopyCounter& record) { return record.value; }) | sum())
        == 6);
  CHECK(tally.copies + tally.moves == 0);
}

TEST_CASE("flatMap: move-only elements") {
  const auto kept = std::vector{2, 0, 1} | flatMap([](int n) {
                      std::vector<std::unique_ptr<int>> made;
                      for (int i = 0; i < n; ++i) made.push_back(std::make_unique<int>(i));
                      return made;
                    })
                    | collect();
  REQUIRE(kept.size() == 3);
  CHECK(*kept[1] == 1);
}

TEST_CASE("flatMap: a temporary record outlives the views into it") {
  const auto line = [](int n) {
    return "a rather long first word-" + std::to_string(n) + " second-" + std::to_string(n);
  };
  const std::vector<std::string> expected{"a", "rather", "long", "first", "word-1", "second-1",
                                          "a", "rather", "long", "first", "word-2", "second-2"};
  CHECK((std::vector{1, 2} | map(line) | flatMap(splitWords) | collect()) == expected);
  CHECK((std::vector{1, 2} | map(line) | flatMap(split(' ')) | collect()) == expected);
  CHECK((std::vector{1, 2} | map(line) | flatMap([](std::string_view text) {
           std::vector<std::string_view> views;
           for (std::string_view word : splitWords(text)) views.push_back(word);
           return views;
         })
         | filter([](std::string_view word) { return !word.empty(); }) | collect())
        == expected);
}

TEST_CASE("flatMap: the container it was given outlives its elements") {
  const auto words = std::vector{1, 2} | flatMap([](int n) {
                       return std::vector<std::string>(
                           2, "a string that is long enough for the heap " + std::to_string(n));
                     })
                     | flatMap(splitWords)
                     | filter([](std::string_view word) { return word.size() == 1 && word != "a"; })
                     | collect();
  CHECK(words == std::vector<std::string>{"1", "1", "2", "2"});
}

TEST_CASE("flatMap: take stops the inner range, the outer one and the source") {
  int outer = 0;
  int inner = 0;
  const auto firsts = ranges::views::iota(1) | flatMap([&outer](int n) {
                        ++outer;
                        return ranges::views::iota(0, n);
                      })
                      | map([&inner](int n) {
                          ++inner;
                          return n;
                        })
                      | take(5);
  CHECK(firsts == std::vector{0, 0, 1, 0, 1});
  CHECK(outer == 3);
  CHECK(inner == 5);
}

TEST_CASE("flatMap: take stops a pusher too") {
  int outer = 0;
  int pushed = 0;
  const auto firsts = ranges::views::iota(1) | flatMap([&](int n) {
                        ++outer;
                        return UpTo{n, &pushed};
                      })
                      | take(5);
  CHECK(firsts == std::vector{0, 0, 1, 0, 1});
  CHECK(outer == 3);
  CHECK(pushed == 5);
}

TEST_CASE("flatMap: take stops nested ones, whatever they return") {
  int calls[3] = {};
  int pushed = 0;
  const auto firsts = ranges::views::iota(0) | flatMap([&](int n) {
                        ++calls[0];
                        return UpTo{n, &pushed};
                      })
                      | flatMap([&](int n) {
                          ++calls[1];
                          return ranges::views::iota(0, n);
                        })
                      | flatMap([&](int n) {
                          ++calls[2];
                          return std::vector<int>(2, n);
                        })
                      | take(3);
  CHECK(firsts == std::vector{0, 0, 0});
  CHECK(calls[0] == 4);
  CHECK(pushed == 5);
  CHECK(calls[1] == 5);
  CHECK(calls[2] == 2);
}

TEST_CASE("flatMap: an infinite inner range ends where take does") {
  CHECK((std::vector{7} | flatMap([](int n) { return ranges::views::iota(n); }) | take(3))
        == std::vector{7, 8, 9});
}

TEST_CASE("flatMap: what the function or an element's step throws reaches the caller") {
  Tally tally;
  const auto many = [&tally](int n) {
    if (n == 3) throw std::runtime_error("three");
    return support::counters(n, tally);
  };
  CHECK_THROWS_WITH(std::vector({1, 2, 3, 4}) | flatMap(many) | collect(), "three");
  CHECK(tally.alive == 0);
  CHECK_THROWS_WITH(std::vector({4}) | flatMap(many) | map([](CopyCounter record) {
                      if (record.value == 2) throw std::runtime_error("two");
                      return record;
                    }) | collect(),
                    "two");
  CHECK(tally.alive == 0);
}

}  // namespace
