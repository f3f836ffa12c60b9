// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/unionWith.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <range/v3/view/concat.hpp>
#include <range/v3/view/iota.hpp>
#include <range/v3/range/conversion.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/copy_counter.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Numbers = std::vector<int>;

constexpr std::array small{1, 2};
constexpr std::array large{30, 40};
static_assert((small | unionWith(large) | sum()) == 73);
static_assert((small | map([](int x) { return x * 2; }) | unionWith(large) | collect<std::array<int, 4>>()) == std::array{2, 4, 30, 40});
static_assert((small | unionWith(large, small) | collect<std::array<int, 6>>()) == std::array{1, 2, 30, 40, 1, 2});

TEST_CASE("unionWith: ranges, views and pipelines, in order; nothing is a part too") {
  const Numbers none;
  const Numbers some{1, 2, 3};
  CHECK((none | unionWith(none) | collect()).empty());
  CHECK((some | unionWith(none) | collect()) == some);
  CHECK((none | unionWith(some) | collect()) == some);
  const auto many = ranges::views::iota(0, 1000);
  CHECK((many | unionWith(many) | collect()) == (ranges::views::concat(many, many) | ranges::to<std::vector>()));
  CHECK((some | unionWith(some | filter([](int x) { return x != 2; })) | collect()) == Numbers{1, 2, 3, 1, 3});
}

TEST_CASE("unionWith: partitions are those of both, and slices see each record once") {
  const Numbers some{1, 2, 3, 4, 5, 6, 7};
  auto both = parallelize(some, 3) | unionWith(parallelize(some, 2));
  CHECK(both.partitions() == 5);
  CHECK((both | sum()) == 56);
  Executor executor{2};
  CHECK((parallelize(some, 3) | on(executor) | unionWith(parallelize(some, 2)) | count() | value()) == 14);
  CHECK((parallelize(some, 3) | unionWith(parallelize(some, 2) | on(executor)) | count() | value()) == 14);
}

TEST_CASE("unionWith: take stops within the first or the second") {
  const Numbers some{1, 2, 3};
  CHECK((some | unionWith(some) | take(2)) == Numbers{1, 2});
  CHECK((some | unionWith(some) | take(5)) == Numbers{1, 2, 3, 1, 2});
}

TEST_CASE("unionWith: records that only move") {
  const auto all = map([](int x) { return std::make_unique<int>(x); });
  const auto both = Numbers{1, 2} | all | unionWith(Numbers{3} | all) | map([](std::unique_ptr<int> p) { return *p; }) | collect();
  CHECK(both == Numbers{1, 2, 3});
}

TEST_CASE("unionWith: a record that stays where it is is not copied for one that could be moved") {
  support::Tally tally;
  const auto mine = support::counters(3, tally);
  const auto value = map(&support::CopyCounter::value);
  CHECK((mine | unionWith(support::counters(2, tally)) | value | collect()) == Numbers{1, 2, 3, 1, 2});
  CHECK((support::counters(2, tally) | unionWith(mine) | value | collect()) == Numbers{1, 2, 1, 2, 3});
  CHECK(tally.copies == 0);
  const auto kept = mine | unionWith(support::counters(2, tally)) | collect();
  CHECK(kept.size() == 5);
  CHECK(kept[4].value == 2);
  CHECK(mine[2].value == 3);
  const Numbers numbers{1};
  using Small = decltype(numbers | unionWith(Numbers{2}));
  STATIC_REQUIRE(std::is_same_v<Small::reference, int>);
}

TEST_CASE("unionWith: records in two forms, a text and a view of it, a pair and one that refers to its members") {
  using Words = std::vector<std::string>;
  using Counts = std::vector<std::pair<std::string, int>>;
  const std::string longer = "not to be, at length";
  const Words owners{"to", longer};
  const std::vector<std::string_view> views{"be"};
  CHECK((owners | unionWith(views) | collect()) == Words{"to", longer, "be"});
  CHECK((views | unionWith(owners) | collect()) == Words{"be", "to", longer});
  CHECK((views | unionWith(owners | map([](const auto& word) { return word + "?"; })) | collect()) == Words{"be", "to?", longer + "?"});
  using Joined = decltype(views | unionWith(owners));
  STATIC_REQUIRE(std::is_same_v<Joined::reference, std::string_view>);

  const Counts counts{{"to", 1}, {longer, 2}};
  const auto doubled = mapValues([](int count) { return 2 * count; });
  CHECK((counts | unionWith(counts | doubled) | collect()) == Counts{{"to", 1}, {longer, 2}, {"to", 2}, {longer, 4}});
  CHECK((counts | doubled | unionWith(counts) | collect()) == Counts{{"to", 2}, {longer, 4}, {"to", 1}, {longer, 2}});

  const std::vector<Words> lists{{"to"}};
  const std::vector<std::vector<std::string_view>> listsOfViews{{"be", "or"}};
  CHECK((lists | unionWith(listsOfViews) | collect()) == std::vector<Words>{{"to"}, {"be", "or"}});
  CHECK((listsOfViews | unionWith(lists) | collect()) == std::vector<Words>{{"be", "or"}, {"to"}});
}

TEST_CASE("unionWith: two streams of one context, and a range that is the same for every batch") {
  support::Stage stage;
  BatchQueue<int> other;
  std::vector<Numbers> seen;
  const auto numbers = stage.stream.queueStream(stage.queue);
  numbers | map([](int x) { return x * 10; }) | unionWith(stage.stream.queueStream(other), Numbers{7})
      | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.queue.push(Numbers{1, 2});
  other.push(Numbers{3});
  other.push(Numbers{4});
  stage.stream.start();
  stage.world.advance(2s);
  CHECK(seen == std::vector<Numbers>{{10, 20, 3, 7}, {4, 7}});
}

TEST_CASE("unionWith: a stream with itself") {
  support::Stage stage;
  std::vector<Numbers> seen;
  const auto numbers = stage.stream.queueStream(stage.queue);
  numbers | unionWith(numbers) | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.queue.push(Numbers{1, 2});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == std::vector<Numbers>{{1, 2, 1, 2}});
}

TEST_CASE("unionWith: streams of two contexts are refused") {
  support::Stage one;
  support::Stage two;
  const auto first = one.stream.queueStream(one.queue);
  const auto second = two.stream.queueStream(two.queue);
  CHECK_THROWS_AS(first | unionWith(second), std::invalid_argument);
}

}  // namespace
