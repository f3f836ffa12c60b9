// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/plan.hpp>

#include <array>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/core/explain.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

constexpr auto pairUp = map([](auto word) { return std::pair{word, 1L}; });
constexpr auto most = [](const auto& pair) { return pair.second > 1; };
const auto wordCount = flatMap(splitWords) | pairUp | reduceByKey(plus);

const auto printed = wordCount | filter(most) | collect();
static_assert(planOf(wordCount) == Plan{.stages = 2, .fused = 2, .lookThroughs = 1, .shuffles = 1});
static_assert(planOf(printed) == Plan{.stages = 2, .fused = 3, .lookThroughs = 1, .shuffles = 1});
static_assert(planOf(pairUp) == Plan{.fused = 1});

// Of an expression, which is no constant where an operator has a name: by its type.
static_assert(planOf<decltype(flatMap(splitWords) | (pairUp | reduceByKey(plus)))>() == planOf(wordCount), "however it is bracketed");
static_assert(planOf<decltype(sum())>() == Plan{});
static_assert(planOf<decltype(count())>() == Plan{.stages = 2});
static_assert(planOf<decltype(distinct())>() == Plan{.stages = 2, .fused = 2, .shuffles = 1});
static_assert(planOf<decltype(flatMap(split(',')) | flatMap([](int n) { return std::array{n}; }))>() == Plan{.fused = 2, .lookThroughs = 1});
static_assert(planOf<decltype(sortByKey() | repartition(2) | cache())>() == Plan{.stages = 4, .shuffles = 2});
static_assert(planOf<decltype(unionWith(std::vector{1}) | glom())>() == Plan{.fused = 2});

TEST_CASE("plan: of a pipeline with its source, as far as its type goes back") {
  const std::vector<int> numbers{1, 2};
  const auto fused = numbers | map([](int n) { return n + 1; }) | filter([](int n) { return n > 0; });
  static_assert(planOf(fused) == Plan{.fused = 2, .chunks = true});
  static_assert(planOf<decltype(numbers | map([](int n) { return n + 1; }))>() == Plan{.fused = 1}, "no filter");
  const auto behind = numbers | keyBy([](int n) { return n; }) | reduceByKey(plus) | values();
  static_assert(planOf(behind) == Plan{.fused = 1, .whole = false});
}

TEST_CASE("plan: a loop runs in chunks where small values of random access come to a filter") {
  const auto any = [](const auto&) { return true; };
  const std::vector<int> numbers{1, 2};
  const std::vector<std::string> texts{"a"};
  const std::list<int> list{1, 2};
  static_assert(planOf<decltype(numbers | filter(any) | filter(any))>().chunks);
  static_assert(planOf<decltype(texts | map([](const std::string& text) { return text.size(); }) | filter(any))>().chunks == false);
  static_assert(!planOf<decltype(texts | filter(any))>().chunks);
  static_assert(!planOf<decltype(list | filter(any))>().chunks);
  static_assert(!planOf<decltype(numbers | flatMap([](int n) { return std::array{n}; }) | filter(any))>().chunks);

  CHECK(explain(numbers | filter(any) | map([](int n) { return n + 1; })) ==
        "#1 range\n"
        "   #1 | filter | map\n"
        "   64 records at a time where it ends in memory, without a branch while what the filters say cannot be foreseen\n");
  CHECK(explain(list | filter(any)) ==
        "#1 range\n"
        "   #1 | filter\n");
}

struct Doubled {
  static constexpr Kind kind = Kind::Narrow;
};
static_assert(planOf<Doubled>() == Plan{.fused = 1}, "an operator of the user's needs to say nothing");

TEST_CASE("explain: word count") {
  CHECK(explain(wordCount) ==
        "#1 input\n"
        "   #1 | flatMap (looks through splitWords, and through the lines of a text: one scan) | map\n"
        "#2 shuffle reduceByKey\n");
}

TEST_CASE("explain: names, partitions, what follows and the action that ends it") {
  CHECK(explain(flatMap(splitWords) | pairUp | reduceByKey(plus, 4).named("counts") | filter(most) | keys() | repartition(1) | take(3)) ==
        "#1 input\n"
        "   #1 | flatMap (looks through splitWords, and through the lines of a text: one scan) | map\n"
        "#2 shuffle reduceByKey \"counts\", 4 partitions\n"
        "   #2 | filter | keys\n"
        "#3 shuffle repartition, 1 partition\n"
        "   #3\n"
        "#4 action take\n");
}

TEST_CASE("explain: a second input; what stays in the loop") {
  const std::vector<std::pair<int, int>> others{{1, 2}};
  CHECK(explain(unionWith(others) | join(others, 2) | mapValues([](auto) { return 1; }) | coalesce(2) | Doubled{}) ==
        "#1 input\n"
        "   #1 | unionWith\n"
        "   another input\n"
        "#2 shuffle join, 2 partitions\n"
        "   #2 | mapValues | coalesce | operator\n");
}

template <class... Operators>
std::string namesOf(const Operators&... operators) {
  std::string names;
  for (const std::string& text : {explain(operators)...}) {
    const std::string last = text.substr(text.rfind(' ', text.size()) + 1);
    names += last.substr(0, last.size() - 1) + " ";
  }
  return names;
}

TEST_CASE("explain: each operator by its name") {
  const auto any = [](auto&&...) { return std::vector<int>{}; };
  const std::vector<std::pair<int, int>> other;
  CHECK(namesOf(map(any), flatMap(any), filter(any), mapValues(any), flatMapValues(any), keys(), values(), keyBy(any)) ==
        "map flatMap filter mapValues flatMapValues keys values keyBy ");
  CHECK(namesOf(mapPartitions(any), mapPartitions<int>(any), mapPartitionsWithIndex(any), glom(), sample(0.5, 1), coalesce(1)) ==
        "mapPartitions mapPartitions mapPartitionsWithIndex glom sample coalesce ");
  CHECK(namesOf(count(), reduce(plus), cache(), persist(), zip(other), zipWithIndex(), cartesian(other), unionWith(other)) ==
        "count reduce cache cache zip zipWithIndex cartesian unionWith ");
  CHECK(namesOf(reduceByKey(plus), groupByKey(), combineByKey(any, any, any), aggregateByKey(0, any, any), foldByKey(0, plus)) ==
        "reduceByKey groupByKey combineByKey aggregateByKey aggregateByKey ");
  CHECK(namesOf(cogroup(other), join(other), leftOuterJoin(other), rightOuterJoin(other), fullOuterJoin(other)) ==
        "cogroup join leftOuterJoin rightOuterJoin fullOuterJoin ");
  CHECK(namesOf(subtract(other), subtractByKey(other), intersection(other), sortBy(any), sortByKey()) ==
        "subtract subtractByKey intersection sortBy sortByKey ");
  CHECK(explain(partitionBy(2) | repartition(3)) == "#1 input\n   #1\n#2 shuffle partitionBy, 2 partitions\n   #2\n#3 shuffle repartition, 3 partitions\n");
  Inline runner;
  CHECK(namesOf(on(runner)) == "on ");
}

TEST_CASE("explain: what is composed shows its parts") {
  CHECK(explain(distinct()) == "#1 input\n   #1 | map\n#2 shuffle reduceByKey\n   #2 | keys\n");
  CHECK(explain(countByValue()) == "#1 input\n   #1 | map\n#2 shuffle reduceByKey\n");
}

TEST_CASE("explain: each action by its name") {
  const auto any = [](auto&&...) {};
  std::vector<int> target;
  CHECK(namesOf(collect(), collect<std::array<int, 1>>(), collectInto(target), fold(0, plus), sum(), take(1), first(), isEmpty()) ==
        "collect collect collectInto fold sum take first isEmpty ");
  CHECK(namesOf(top(1), takeOrdered(1), max(), min(), aggregate(0, plus, plus), value(), foreach(any)) ==
        "takeOrdered takeOrdered max min aggregate value foreach ");
}

}  // namespace
