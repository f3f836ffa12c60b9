// SPDX-License-Identifier: BSL-1.0
#include <dstream/state/updateStateByKey.hpp>
#include <dstream/state/state_step.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/windows/window.hpp>

#include "runtime/stage.hpp"
#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::sortedOutputsOf;
using Pair = std::pair<std::string, int>;
using Sums = std::vector<std::pair<std::string, long>>;
using Values = std::vector<int>;

constexpr auto sum = [](const Values& values, std::optional<long> state) -> std::optional<long> {
  long total = state.value_or(0);
  for (const int value : values) total += value;
  return total;
};

const std::vector<support::Partitions<Pair>> few{{{{"a", 1}}, {{"a", 2}, {"b", 5}}}, {{}}, {{{"c", 7}}}};

TEST_CASE("updateStateByKey: all keys in every batch, with or without data") {
  CHECK(sortedOutputsOf<Pair>(updateStateByKey(sum), few)
        == std::vector<std::optional<Sums>>{{{{"a", 3}, {"b", 5}}}, {{{"a", 3}, {"b", 5}}}, {{{"a", 3}, {"b", 5}, {"c", 7}}}});
}

TEST_CASE("updateStateByKey: a key whose function returns none is gone, and begins anew") {
  const auto untilQuiet = [](const Values& values, std::optional<int> state) -> std::optional<int> {
    if (values.empty()) return std::nullopt;
    return state.value_or(100) + 1;
  };
  CHECK(sortedOutputsOf<Pair>(updateStateByKey(untilQuiet), {{{{"a", 1}}}, {{{"a", 1}}}, {{}}, {{{"a", 1}}}})
        == std::vector<std::optional<std::vector<Pair>>>{{{{"a", 101}}}, {{{"a", 102}}}, {std::vector<Pair>{}}, {{{"a", 101}}}});
}

TEST_CASE("updateStateByKey: states before the first batch, time and key, a generic function") {
  const std::map<std::string, long> initial{{"a", 10}, {"z", 26}};
  CHECK(sortedOutputsOf<Pair>(updateStateByKey(sum, initial), {{{{"a", 1}}}}) == std::vector<std::optional<Sums>>{{{{"a", 11}, {"z", 26}}}});
  const auto timed = [](Time time, const std::string& key, const Values&, std::optional<std::int64_t>) -> std::optional<std::int64_t> {
    return time.milliseconds() / 1000 % 100 * 10 + static_cast<std::int64_t>(key.size());
  };
  CHECK(sortedOutputsOf<Pair>(updateStateByKey(timed), {{{{"aa", 1}}}, {{}}}) == std::vector<std::optional<Sums>>{{{{"aa", 12}}}, {{{"aa", 22}}}});
  const auto generic = [](const auto& values, auto state) { return std::optional<long>(state.value_or(0) + static_cast<long>(values.size())); };
  CHECK(sortedOutputsOf<Pair>(updateStateByKey<long>(generic), few).back() == Sums{{"a", 2}, {"b", 1}, {"c", 1}});
}

TEST_CASE("updateStateByKey: a partition at a time; other keys find their partition, the first of several states counts") {
  const auto shifted = [](const std::vector<StateUpdate<std::string, int, long>>& keys, auto& emit) {
    for (const auto& [key, values, state] : keys) {
      emit(key + "!", static_cast<long>(values.size()));
      emit(key + "!", 99L);
    }
  };
  CHECK(sortedOutputsOf<Pair>(updateStateByPartition<long>(shifted, 3), {{{{"a", 1}, {"a", 2}, {"b", 1}}}, {{{"a!", 1}}}})
        == std::vector<std::optional<Sums>>{{{{"a!", 2}, {"b!", 1}}}, {{{"a!!", 1}, {"b!!", 0}}}});
}

TEST_CASE("updateStateByKey: equals a map carried along, at any worker count") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    support::Random random(seed);
    const auto batches = support::randomPairs(random, 20);
    std::map<std::string, long> model;
    std::vector<std::optional<Sums>> expected;
    for (const auto& batch : batches) {
      for (const auto& partition : batch)
        for (const auto& [key, value] : partition) model[key] += value;
      expected.emplace_back(Sums(model.begin(), model.end()));
    }
    for (const std::size_t workers : {1U, 2U, 7U}) CHECK(sortedOutputsOf<Pair>(updateStateByKey(sum), batches, workers) == expected);
  }
}

TEST_CASE("updateStateByKey: keys and values that are views become owners") {
  const auto count = [](const std::vector<std::string>& words, std::optional<std::string> last) -> std::optional<std::string> {
    return words.empty() ? last : words.back();
  };
  const auto words = flatMap(splitWords) | map([](std::string_view word) { return std::pair{word.substr(0, 1), word}; });
  CHECK(sortedOutputsOf<std::string>(words | updateStateByKey(count), {{{"to tiny"}}, {{"be"}}})
        == std::vector<std::optional<std::vector<std::pair<std::string, std::string>>>>{{{{"t", "tiny"}}}, {{{"b", "be"}, {"t", "tiny"}}}});
}

/// A key or value that knows how often such were copied and moved.
struct Counted {
  explicit Counted(int given) : number(given) {}
  Counted(const Counted& other) : number(other.number) { ++copies; }
  Counted(Counted&& other) noexcept : number(other.number) { ++moves; }
  Counted& operator=(const Counted&) = delete;
  Counted& operator=(Counted&&) noexcept = default;
  ~Counted() = default;
  bool operator==(const Counted&) const = default;

  static inline int copies = 0;
  static inline int moves = 0;
  int number;
};

}  // namespace

template <>
struct dstream::Owned<Counted> : dstream::KeptAsIs<Counted> {};
template <>
struct dstream::KeyHash<Counted> {
  static std::uint64_t hash(const Counted& key, std::uint64_t seed) { return KeyHash<int>::hash(key.number, seed); }
};

namespace {

/// Groups as a groupByKey shows them.
struct Groups {
  template <class Accumulator, class Step>
  Accumulator fold(Slice, Accumulator accumulator, Step& step) const {
    for (const auto& group : groups) accumulator = step(std::move(accumulator), group);
    return accumulator;
  }
  std::vector<std::pair<Counted, std::vector<Counted>>> groups;
};

TEST_CASE("updateStateByKey: the values of a key are not copied, and the key only to where it stays") {
  Groups groups;
  for (int key = 0; key < 3; ++key) {
    auto& [same, values] = groups.groups.emplace_back(Counted(key), std::vector<Counted>());
    for (int i = 0; i < 4; ++i) values.emplace_back(i);
  }
  using Step = detail::StateStep<Counted, Counted, int>;
  const auto number = [](Time, const Counted& key, const std::vector<Counted>& values, std::optional<int> state) -> std::optional<int> {
    if (key.number == 2) return std::nullopt;
    return state.value_or(0) + static_cast<int>(values.size());
  };
  testing::World world;
  Context context("local[1]", "copies", support::quiet(), world);
  auto before = std::make_shared<const Step::Tables>(1);
  for (int batch = 1; batch <= 2; ++batch) {
    Counted::copies = 0;
    Step step(*before, context.runner(), 1);
    step.eachKey(&groups, Time{0}, number);
    CHECK(Counted::copies == 2);
    before = std::move(step).after();
    REQUIRE((*before)[0].entries().size() == 2);
    CHECK((*before)[0].entries()[0].second == 4 * batch);
    CHECK(groups.groups[0].second.size() == 4);
  }
}

TEST_CASE("updateStateByKey: there is room for the states of the batch before at once, so none moves when the table grows") {
  using Step = detail::StateStep<Counted, Counted, int>;
  testing::World world;
  Context context("local[1]", "room", support::quiet(), world);
  const auto movesOf = [&](int keys) {
    Step::Tables before(1);
    for (int key = 0; key < keys; ++key) before[0].combineKept(Counted(key), [&] { return key; }, [](int&) {});
    Step step(before, context.runner(), 1);
    Counted::moves = 0;
    step.eachKey(static_cast<Groups*>(nullptr), Time{0}, [](Time, const Counted&, const auto&, std::optional<int> state) { return state; });
    CHECK((*std::move(step).after())[0].entries().size() == static_cast<std::size_t>(keys));
    return Counted::moves;
  };
  CHECK(movesOf(0) == 0);
  CHECK(movesOf(1000) == 1000 * movesOf(1));
}

TEST_CASE("updateStateByKey: a failed batch leaves the states as they were") {
  support::Stage stage;
  std::vector<Sums> seen;
  bool functionFails = false;
  bool outputFails = false;
  const auto states = stage.stream.queueStream(stage.queue) | map([](int x) { return std::pair{std::string("k"), x}; })
                      | updateStateByKey([&](const Values& values, std::optional<long> state) -> std::optional<long> {
                          if (functionFails) throw std::runtime_error("function");
                          return sum(values, state);
                        });
  states | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  states | foreachRDD([&](const auto&) {
    if (outputFails) throw std::runtime_error("output");
  });
  stage.stream.start();
  for (int i = 1; i <= 4; ++i) {
    functionFails = i == 2;
    outputFails = i == 3;
    stage.queue.push(std::vector{i});
    stage.world.advance(1s);
  }
  CHECK(seen == std::vector<Sums>{{{"k", 1}}, {{"k", 4}}, {{"k", 5}}});
}

TEST_CASE("updateStateByKey: a slice of a failed batch that nobody looked at says so, not what later states would have been") {
  support::Stage stage;
  stage.stream.remember(10s);
  std::vector<Sums> seen;
  std::string why;
  Time second{0};
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto states = numbers | map([](int x) { return std::pair{std::string("k"), x}; }) | updateStateByKey(sum);
  numbers | foreachRDD([&](const auto& batch) {
    if (batch.batch().seq != 2) return;
    second = batch.time();
    throw std::runtime_error("two");
  });
  states | foreachRDD([&](const auto& batch) {
    if (batch.batch().seq == 2) return;
    if (batch.batch().seq == 4) why = support::messageOf<MissingBatch>([&] { static_cast<void>(states.slice(second, second).at(0).collect()); });
    seen.push_back(batch.collect());
  });
  stage.stream.start();
  for (const int x : {1, 100, 1, 1}) {
    stage.queue.push(std::vector{x});
    stage.world.advance(1s);
  }
  CHECK(seen == std::vector<Sums>{{{"k", 1}}, {{"k", 2}}, {{"k", 3}}});
  CHECK(why == "dstream: updateStateByKey: batch 2 failed, and its states were taken back");
}

TEST_CASE("updateStateByKey: batches that no output asks for count too") {
  CHECK(sortedOutputsOf<Pair>(updateStateByKey(sum) | window(1s, 3s), {{{{"a", 1}}}, {{{"a", 2}}}, {{{"a", 4}}}})
        == std::vector<std::optional<Sums>>{{}, {}, {{{"a", 7}}}});
}

TEST_CASE("updateStateByKey: what its function throws where no output asks fails the batch") {
  support::Stage stage;
  stage.stream.queueStream(stage.queue) | map([](int x) { return std::pair{x, x}; })
      | updateStateByKey([](const Values&, std::optional<int>) -> std::optional<int> { throw std::runtime_error("nobody asked"); }) | foreachRDD([](const auto&) {});
  stage.queue.push(std::vector{1});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(stage.told.all<BatchFailed>().size() == 1);
  CHECK(support::messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "nobody asked");
}

}  // namespace
