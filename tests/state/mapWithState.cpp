// SPDX-License-Identifier: BSL-1.0
#include <dstream/state/mapWithState.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/state/state.hpp>
#include <dstream/state/state_spec.hpp>
#include <dstream/state/states.hpp>
#include <dstream/state/timed_states.hpp>
#include <dstream/windows/window.hpp>

#include "runtime/stage.hpp"
#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::sortedOutputsOf;
using Pair = std::pair<std::string, int>;
using Pairs = std::vector<Pair>;

/// The running sum; -1000 for a key that times out.
Pair sum(const std::string& key, std::optional<int> value, State<int>& state) {
  if (state.isTimingOut()) return {key, -1000};
  state.update(state.getOption().value_or(0) + *value);
  return {key, state.get()};
}

/// A key whose n-th copy from now on fails, as when memory runs out.
struct Costly {
  explicit Costly(int of) : number(of) {}
  Costly(const Costly& other) : number(other.number) {
    ++copies;
    if (copiesLeft > 0 && --copiesLeft == 0) throw std::bad_alloc();
  }
  Costly(Costly&&) noexcept = default;
  Costly& operator=(const Costly&) = default;
  Costly& operator=(Costly&&) noexcept = default;
  ~Costly() = default;
  bool operator==(const Costly&) const = default;

  static inline int copies = 0;
  static inline int copiesLeft = 0;  // 0: any number
  int number;
};

}  // namespace

template <>
struct dstream::Owned<Costly> : dstream::KeptAsIs<Costly> {};
template <>
struct dstream::KeyHash<Costly> {
  static std::uint64_t hash(const Costly& key, std::uint64_t seed) { return KeyHash<int>::hash(key.number, seed); }
};

namespace {

/// The states of one partition, as they are listed.
struct TimedTable {
  using States = detail::TimedStates<Costly, std::string>;

  void put(int key, const std::string& state, std::int64_t time) { states.put(table, table.indexOf(Costly(key)), Costly(key), state, time); }
  void remove(int key) { states.remove(table, table.indexOf(Costly(key))); }
  [[nodiscard]] std::string shown() const {
    std::string text;
    std::size_t left = table.entries().size() + 1;  // a list with a ring in it would not end
    states.each(table, [&](const Costly& key, const std::string& state, std::int64_t) {
      if (left-- == 0) throw std::logic_error("more states than keys");
      text += std::to_string(key.number) + state + " ";
    });
    return text;
  }

  States states{true};
  States::Table table;
};

TEST_CASE("timed states: after an insertion that failed for want of memory, and its rollback, each key is listed once") {
  TimedTable test;
  test.put(1, "a", 1);
  test.put(2, "b", 2);
  test.states.commit();
  Costly::copiesLeft = 2;  // the first is of what the rollback will need
  CHECK_THROWS_AS(test.put(3, "c", 3), std::bad_alloc);
  test.states.rollback(test.table);
  CHECK(test.shown() == "1a 2b ");
  test.put(3, "c", 3);
  test.put(4, "d", 4);
  CHECK(test.shown() == "1a 2b 3c 4d ");
}

TEST_CASE("timed states: a rollback that failed for want of memory can be repeated") {
  TimedTable test;
  for (int key = 1; key <= 4; ++key) test.put(key, std::string(30, static_cast<char>('a' + key)), key);
  test.states.commit();
  const std::string before = test.shown();
  test.put(1, "changed", 5);
  test.remove(2);
  test.put(3, "changed", 6);
  test.remove(4);
  Costly::copiesLeft = 2;
  CHECK_THROWS_AS(test.states.rollback(test.table), std::bad_alloc);
  test.states.rollback(test.table);
  CHECK(test.shown() == before);
}

TEST_CASE("timed states: a key is copied once a batch, however often its state changes") {
  TimedTable test;
  for (int key = 1; key <= 3; ++key) test.put(key, "a", 1);
  for (int batch = 2; batch <= 3; ++batch) {
    test.states.commit();
    Costly::copies = 0;
    for (int record = 0; record < 10; ++record)
      for (int key = 1; key <= 2; ++key) test.put(key, "b", batch);
    test.states.touch(test.table, test.table.indexOf(Costly(1)), batch);
    test.remove(2);
    test.put(2, "c", batch);  // a third copy goes to the table
    CHECK(Costly::copies == 3);
  }
  test.states.rollback(test.table);
  CHECK(test.shown() == "3a 1b 2c ");
}

TEST_CASE("timed states: where a key cannot be noted for want of memory, its state stays") {
  TimedTable test;
  const std::string state(30, 'a');
  test.put(1, state, 1);
  test.states.commit();
  Costly::copiesLeft = 1;
  CHECK_THROWS_AS(test.put(1, "changed", 2), std::bad_alloc);
  CHECK(test.shown() == "1" + state + " ");
  test.put(1, "changed", 2);
  test.states.rollback(test.table);
  CHECK(test.shown() == "1" + state + " ");
}

TEST_CASE("key_state: what a function may do, and may not") {
  const int known = 5;
  State<int> state(&known, false);
  CHECK(state.exists());
  CHECK(state.get() == 5);
  state.update(6);
  CHECK(state.getOption() == 6);
  state.remove();
  CHECK_FALSE(state.exists());
  CHECK(state.getOption() == std::nullopt);
  CHECK_THROWS_AS(state.get(), std::out_of_range);
  CHECK_THROWS_AS(state.update(1), std::invalid_argument);
  CHECK_THROWS_AS(state.remove(), std::invalid_argument);

  CHECK(support::messageOf<std::invalid_argument>([&] { state.modify([](int&) {}); }) == "dstream: State::modify: the state cannot be changed, it has been removed in this call");

  State<int> absent(nullptr, false);
  CHECK_FALSE(absent.exists());
  CHECK(support::messageOf<std::out_of_range>([&] { absent.modify([](int&) {}); }) == "dstream: State::modify: this key has no state");
  CHECK_THROWS_AS(absent.get(), std::out_of_range);
  absent.remove();  // allowed

  State<int> leaving(&known, true);
  CHECK(leaving.isTimingOut());
  CHECK(leaving.get() == 5);
  CHECK(support::messageOf<std::invalid_argument>([&] { leaving.update(1); }) == "dstream: State::update: the state cannot be changed, it is timing out");
  CHECK_THROWS_AS(leaving.modify([](int&) {}), std::invalid_argument);
  CHECK_THROWS_AS(leaving.remove(), std::invalid_argument);
}

TEST_CASE("key_state: modify changes a copy, or where it may the state itself") {
  int known = 5;
  const auto increment = [](int& number) { ++number; };
  State<int> shared(&known, false);
  shared.modify(increment);
  shared.modify(increment);
  CHECK(shared.get() == 7);
  CHECK(shared.updated() == 7);
  CHECK(known == 5);

  const auto itself = [&]() -> int* { return &known; };
  State<int> own(&known, false, itself);
  own.modify(increment);
  CHECK(own.get() == 6);
  CHECK(known == 6);
  CHECK_FALSE(own.updated().has_value());
  own.update(10);
  own.modify(increment);
  CHECK(own.get() == 11);
  CHECK(known == 6);

  State<int> fresh(nullptr, false);
  fresh.update(1);
  fresh.modify(increment);
  CHECK(fresh.updated() == 2);
}

TEST_CASE("state_spec: a time-out must be longer than zero, a scan must come") {
  const auto spec = StateSpec::function<int>(sum);
  CHECK_THROWS_AS(spec.timeout(0s), std::invalid_argument);
  CHECK_THROWS_AS(spec.timeout(-1s), std::invalid_argument);
  CHECK_THROWS_AS(spec.timeout(0.1ns), std::invalid_argument);
  CHECK(spec.timeout(1.5s).idle == 1'500'000'000);
  CHECK(spec.timeout(Timespan(2min)).idle == 120'000'000'000);
  CHECK_THROWS_AS(spec.timeoutScanEvery(0), std::invalid_argument);
}

TEST_CASE("state_spec: a time-out may be as long as chrono can say, and is for ever") {
  const auto endless = StateSpec::function<int>(sum).timeout(std::chrono::hours::max());
  CHECK(support::outputsOf<Pair>(mapWithState(endless), {{{{"a", 1}}}, {{}}, {{{"a", 2}}}}) == std::vector<std::optional<Pairs>>{{{{"a", 1}}}, {Pairs{}}, {{{"a", 3}}}});
}

TEST_CASE("mapWithState: one call per record, in their order; none for keys without") {
  CHECK(support::outputsOf<Pair>(mapWithState(StateSpec::function<int>(sum)), {{{{"a", 1}, {"a", 2}}}, {{}}, {{{"a", 3}}, {{"a", 4}}}})
        == std::vector<std::optional<Pairs>>{{{{"a", 1}, {"a", 3}}}, {Pairs{}}, {{{"a", 6}, {"a", 10}}}});
}

TEST_CASE("mapWithState: the timed form may map to nothing; initial states; a number of partitions") {
  const auto largest = [](Time, const std::string& key, std::optional<int> value, State<int>& state) -> std::optional<Pair> {
    if (state.exists() && state.get() >= *value) return std::nullopt;
    state.update(*value);
    return Pair{key, *value};
  };
  const std::map<std::string, int> initial{{"a", 3}};
  CHECK(sortedOutputsOf<Pair>(mapWithState(StateSpec::function<int>(largest).initialState(initial).numPartitions(3)), {{{{"a", 1}, {"b", 1}, {"a", 4}}}})
        == std::vector<std::optional<Pairs>>{{{{"a", 4}, {"b", 1}}}});
}

template <class Stream>
auto countedFromThree(const Stream& pairs) {
  const std::vector<std::string> before{"a", "long enough not to stand in its string"};
  return pairs | mapWithState(StateSpec::function<int>(sum).initialState(before | std::views::transform([](const std::string& key) { return Pair{key, 3}; })));
}

TEST_CASE("mapWithState: initial states may be a view of what is gone when the first batch comes") {
  support::Stage stage;
  std::vector<Pairs> seen;
  countedFromThree(stage.stream.queueStream(stage.queue) | map([](int x) { return Pair{"a", x}; })).stateSnapshots() | foreachRDD([&](const auto& batch) {
    seen.push_back(batch.collect());
    std::sort(seen.back().begin(), seen.back().end());
  });
  stage.queue.push(std::vector{1});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(seen == std::vector<Pairs>{{{"a", 4}, {"long enough not to stand in its string", 3}}});
}

TEST_CASE("mapWithState: keys time out once they have been idle for longer, data first") {
  const auto spec = StateSpec::function<int>(sum).timeout(2s);
  CHECK(sortedOutputsOf<Pair>(mapWithState(spec), {{{{"a", 1}, {"b", 1}}}, {{}}, {{{"b", 1}}}, {{{"a", 5}}}, {{}}, {{}}, {{}}})
        == std::vector<std::optional<Pairs>>{{{{"a", 1}, {"b", 1}}}, {Pairs{}}, {{{"b", 2}}}, {{{"a", 6}}}, {Pairs{}}, {{{"b", -1000}}}, {{{"a", -1000}}}});
}

TEST_CASE("mapWithState: a scan every few batches, as Spark's") {
  const auto spec = StateSpec::function<int>(sum).timeout(1s).timeoutScanEvery(4);
  CHECK(sortedOutputsOf<Pair>(mapWithState(spec), {{{{"a", 1}}}, {{}}, {{}}, {{}}})
        == std::vector<std::optional<Pairs>>{{{{"a", 1}}}, {Pairs{}}, {Pairs{}}, {{{"a", -1000}}}});
}

TEST_CASE("mapWithState: many records in one batch, whose keys come and go meanwhile") {
  const auto upToNine = [](const std::string& key, std::optional<int> value, State<int>& state) {
    const int total = state.getOption().value_or(0) + value.value_or(0);
    if (total <= 9) {
      state.update(total);
    } else if (state.exists()) {
      state.remove();
    }
    return Pair{key, total};
  };
  support::Random random(11);
  std::map<std::string, int> model;
  Pairs records;
  Pairs expected;
  for (int i = 0; i < 1000; ++i) {
    const auto& [key, value] = records.emplace_back(std::to_string(random.below(100)), static_cast<int>(random.below(5)));
    const int total = model[key] + value;
    expected.emplace_back(key, total);
    model[key] = total <= 9 ? total : 0;
  }
  CHECK(support::outputsOf<Pair>(mapWithState(StateSpec::function<int>(upToNine).numPartitions(1)), {{records}})
        == std::vector<std::optional<Pairs>>{expected});
  CHECK(support::outputsOf<Pair>(mapWithState(StateSpec::function<int>(upToNine).numPartitions(1).timeout(1s)), {{records}})
        == std::vector<std::optional<Pairs>>{expected});
}

/// Everything that can happen to states, in lockstep with a plain map, with batches that fail in between.
TEST_CASE("mapWithState: equals a map carried along, failed batches never happened") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    INFO("seed " << seed);
    support::Random random(seed);
    const auto batches = support::randomPairs(random, 60);
    std::set<std::size_t> failing;
    for (int i = 0; i < 12; ++i) failing.insert(1 + random.below(60));

    testing::World world;
    Context context("local[3]", "lockstep", support::quiet(), world);
    StreamingContext stream(context, 1s);
    BatchQueue<Pair> queue;
    std::uint64_t batchNumber = 0;
    const auto fails = [&] { return failing.contains(batchNumber); };
    const auto change = [&](const std::string& key, std::optional<int> value, State<int>& state) -> Pair {
      if (state.isTimingOut()) return {key, 1000 + state.get()};
      if (fails() && batchNumber % 2 == 0 && key == "c") throw std::runtime_error("c");
      if (*value < -5) {
        state.remove();
      } else if (*value > 0) {
        state.update(state.getOption().value_or(0) + *value);
      }
      return {key, state.getOption().value_or(-1)};
    };
    const auto mapped = stream.queueStream(queue) | mapWithState(StateSpec::function<int>(change).timeout(3s));
    Pairs seenMapped;
    Pairs seenStates;
    mapped | foreachRDD([&](const auto& batch) { seenMapped = batch.collect(); });
    mapped.stateSnapshots() | foreachRDD([&](const auto& batch) { seenStates = batch.collect(); });
    mapped | foreachRDD([&](const auto&) {
      if (fails()) throw std::runtime_error("output");
    });
    stream.start();

    std::map<std::string, std::pair<int, std::int64_t>> model;  // state and time of the last update
    for (const auto& batch : batches) {
      ++batchNumber;
      queue.push(batch);
      world.advance(1s);
      if (fails()) continue;
      Pairs expected;
      const auto now = static_cast<std::int64_t>(batchNumber);
      for (const auto& partition : batch)
        for (const auto& [key, value] : partition) {
          if (value < -5) {
            model.erase(key);
          } else if (value > 0) {
            model[key] = {model[key].first + value, now};
          } else if (model.contains(key)) {
            model[key].second = now;
          }
          expected.emplace_back(key, model.contains(key) ? model[key].first : -1);
        }
      for (auto entry = model.begin(); entry != model.end();) {
        const bool out = entry->second.second < now - 3;
        if (out) expected.emplace_back(entry->first, 1000 + entry->second.first);
        entry = out ? model.erase(entry) : std::next(entry);
      }
      Pairs states;
      for (const auto& [key, state] : model) states.emplace_back(key, state.first);
      std::sort(expected.begin(), expected.end());
      std::sort(seenMapped.begin(), seenMapped.end());
      std::sort(seenStates.begin(), seenStates.end());
      REQUIRE(seenMapped == expected);
      REQUIRE(seenStates == states);
    }
  }
}

TEST_CASE("mapWithState: snapshots kept by a window are those of their batch") {
  support::Stage stage;
  std::vector<std::vector<std::pair<int, int>>> seen;
  const auto mapped = stage.stream.queueStream(stage.queue) | map([](int x) { return std::pair{x % 2, x}; })
                      | mapWithState(StateSpec::function<int>([](int, std::optional<int> value, State<int>& state) {
                          state.update(state.getOption().value_or(0) + *value);
                          return 0;
                        }));
  mapped.stateSnapshots() | window(2s) | foreachRDD([&](const auto& batch) {
    seen.push_back(batch.collect());
    std::sort(seen.back().begin(), seen.back().end());
  });
  for (const int x : {1, 3, 2}) stage.queue.push(std::vector{x});
  stage.stream.start();
  stage.world.advance(3s);
  CHECK(seen == std::vector<std::vector<std::pair<int, int>>>{{{1, 1}}, {{1, 1}, {1, 4}}, {{0, 2}, {1, 4}, {1, 4}}});
}

/// States that time out and such that do not, which keep no order.
TEST_CASE("mapWithState: what a failed batch did not compute in time never changes the states; what it did compute stays") {
  for (const int throws : {2, 3, 1000}) {
    INFO("throws " << throws);
    support::Stage stage;
    BatchQueue<Pair> queue;
    std::vector<std::vector<int>> windows;
    std::vector<int> states;
    int thrown = 0;
    const auto mapped = stage.stream.queueStream(queue) | mapWithState(StateSpec::function<int>([&](const std::string&, std::optional<int> value, State<int>& state) {
                          if (*value == 100 && ++thrown <= throws) throw std::runtime_error("hundred");
                          state.update(state.getOption().value_or(0) + *value);
                          return state.get();
                        }));
    mapped | window(2s) | foreachRDD([&](const auto& batch) { windows.push_back(batch.collect()); });  // asks twice with the window itself
    mapped.stateSnapshots() | foreachRDD([&](const auto& batch) { states.push_back(batch.first().second); });
    stage.stream.start();
    for (const int x : {1, 100, 1, 1}) {
      queue.push({{"a", x}});
      stage.world.advance(1s);
    }
    if (throws == 2) {  // the snapshot's output succeeded, the window's did not
      CHECK(windows == std::vector<std::vector<int>>{{1}, {101, 2}, {2, 3}});
      CHECK(states == std::vector{1, 101, 2, 3});
    } else {  // the window with batch 2 fails batch 3
      CHECK(windows == std::vector<std::vector<int>>{{1}, {2, 2}});
      CHECK(states == std::vector{1, 2, 2});
      CHECK(thrown == 3);
    }
  }
}

TEST_CASE("mapWithState: a slice of a failed batch that nobody looked at says so, and leaves the states") {
  support::Stage stage;
  stage.stream.remember(10s);
  std::vector<int> states;
  std::string why;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto mapped = numbers | map([](int x) { return Pair{"a", x}; }) | mapWithState(StateSpec::function<int>(sum));
  numbers | foreachRDD([](const auto& batch) {
    if (batch.batch().seq == 2) throw std::runtime_error("two");
  });
  Time second{0};
  mapped.stateSnapshots() | foreachRDD([&](const auto& batch) {
    if (batch.batch().seq == 2) second = batch.time();
    if (batch.batch().seq == 4) why = support::messageOf<MissingBatch>([&] { static_cast<void>(mapped.slice(second, second).at(0).collect()); });
    if (batch.batch().seq != 2) states.push_back(batch.first().second);
  });
  stage.stream.start();
  for (const int x : {1, 100, 1, 1, 1}) {
    stage.queue.push(std::vector{x});
    stage.world.advance(1s);
  }
  CHECK(states == std::vector{1, 2, 3, 4});
  CHECK(why == "dstream: mapWithState: batch 2 failed, and its states were taken back");
}

TEST_CASE("mapWithState: a slice of snapshots has the states of each batch, looked at or not") {
  for (const bool looks : {true, false}) {
    support::Stage stage;
    stage.stream.remember(10s);
    std::vector<Pairs> seen;
    const auto snapshots = (stage.stream.queueStream(stage.queue) | map([](int x) { return Pair{"a", x}; }) | mapWithState(StateSpec::function<int>(sum))).stateSnapshots();
    snapshots | foreachRDD([&](const auto& batch) {
      if (looks) static_cast<void>(batch.collect());
      if (batch.batch().seq == 4)
        for (const auto& one : snapshots.slice({0}, batch.time())) seen.push_back(one.collect());
    });
    stage.stream.start();
    for (const int x : {1, 2, 3, 4}) {
      stage.queue.push(std::vector{x});
      stage.world.advance(1s);
    }
    CHECK(seen == std::vector<Pairs>{{{"a", 1}}, {{"a", 3}}, {{"a", 6}}, {{"a", 10}}});
  }
}

TEST_CASE("mapWithState: a snapshot that nobody looked at in its batch, and nothing remembers, says so") {
  support::Stage stage;
  const auto snapshots = (stage.stream.queueStream(stage.queue) | map([](int x) { return Pair{"a", x}; }) | mapWithState(StateSpec::function<int>(sum))).stateSnapshots();
  std::vector<BatchRdd<typename decltype(snapshots)::rdd_type>> kept;
  snapshots | foreachRDD([&](const auto& batch) { kept.push_back(batch); });
  stage.stream.start();
  for (const int x : {1, 2}) {
    stage.queue.push(std::vector{x});
    stage.world.advance(1s);
  }
  REQUIRE(kept.size() == 2);
  CHECK(support::messageOf<MissingBatch>([&] { static_cast<void>(kept[0].collect()); }) == "dstream: stateSnapshots: nobody looked at the states of batch 1 while it ran, and they are others now");
}

TEST_CASE("timed_states: the oldest comes first, whatever was touched, removed and rolled back") {
  using Timed = detail::TimedStates<int, std::unique_ptr<int>>;  // a state is never copied
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    support::Random random(seed);
    const bool timed = seed % 2 == 0;
    Timed states(timed);
    Timed::Table table(seed);
    std::map<int, std::pair<int, std::int64_t>> model;
    for (std::int64_t time = 1; time <= 400; ++time) {
      const auto before = model;
      std::set<int> own;  // keys put in this batch, removed meanwhile or not
      for (std::size_t i = random.below(8); i > 0; --i) {
        const int key = static_cast<int>(random.below(30));
        const std::size_t at = table.indexOf(key);
        REQUIRE((at != Timed::Table::none) == model.contains(key));
        if (at != Timed::Table::none) REQUIRE(states.ownState(key) == own.contains(key));
        const auto what = random.below(4);
        if (what < 2) own.insert(key);
        if (what < 2) {
          states.put(table, at, key, std::make_unique<int>(static_cast<int>(time)), time);
          model[key] = {static_cast<int>(time), time};
        } else if (what == 2 && model.contains(key)) {
          states.touch(table, at, time);
          model[key].second = time;
        } else if (model.contains(key)) {
          states.remove(table, at);
          model.erase(key);
          own.insert(key);
        }
      }
      if (random.below(4) == 0) {
        states.rollback(table);
        model = before;
      } else {
        states.commit();
      }
      REQUIRE(table.entries().size() == model.size());
      for (const auto& [key, had] : model) REQUIRE(*table.find(key)->state == had.first);
      if (!timed) continue;
      std::size_t oldest = 0;
      while ((oldest = states.oldest(time - 20)) != Timed::Table::none) {
        const int key = table.entries()[oldest].first;
        REQUIRE(model.at(key).second < time - 20);
        states.remove(table, oldest);
        model.erase(key);
      }
      states.commit();
      for (const auto& [key, had] : model) REQUIRE(had.second >= time - 20);
    }
  }
}

/// A sum that knows how often sums were copied.
struct Sum {
  explicit Sum(int first) : number(first) {}
  Sum(const Sum& other) : number(other.number) { ++copies; }
  Sum(Sum&&) noexcept = default;
  Sum& operator=(const Sum&) = delete;
  Sum& operator=(Sum&&) noexcept = default;
  ~Sum() = default;

  static inline int copies = 0;
  int number;
};

}  // namespace

template <>
struct dstream::Owned<Sum> : dstream::KeptAsIs<Sum> {};

namespace {

TEST_CASE("mapWithState: modify copies a state once per key and batch, counts as an update, and is taken back with its batch") {
  for (const bool timed : {false, true}) {
    INFO("timed " << timed);
    support::Stage stage;
    BatchQueue<Pair> queue;
    std::vector<Pairs> seen;
    std::vector<int> copies;
    bool functionFails = false;
    bool outputFails = false;
    const auto add = [&](const std::string& key, std::optional<int> value, State<Sum>& state) {
      if (state.isTimingOut()) return Pair{key, -state.get().number};
      if (!state.exists()) state.update(Sum(0));
      state.modify([&](Sum& sum) { sum.number += *value; });
      if (functionFails && state.get().number > 1005) throw std::runtime_error("function");
      return Pair{key, state.get().number};
    };
    const auto spec = StateSpec::function<Sum>(add).numPartitions(1).transient();
    stage.stream.queueStream(queue) | mapWithState(timed ? spec.timeout(2s) : spec) | foreachRDD([&](const auto& batch) {
      Sum::copies = 0;
      seen.push_back(batch.collect());
      copies.push_back(Sum::copies);
      if (outputFails) throw std::runtime_error("output");
    });
    stage.stream.start();
    const auto feed = [&](Pairs batch) {
      queue.push(std::move(batch));
      stage.world.advance(1s);
    };
    feed({{"a", 1}, {"b", 2}, {"a", 1}, {"a", 1}});
    feed({{"a", 1}, {"a", 1}, {"b", 1}, {"a", 1}});
    outputFails = true;
    feed({{"a", 100}, {"c", 1}, {"a", 100}});
    outputFails = false;
    functionFails = true;
    feed({{"a", 1000}, {"b", 1000}, {"b", 1}, {"a", 1}});
    functionFails = false;
    feed({{"a", 1}, {"a", 1}});
    feed({{"a", 1}});
    CHECK(seen == std::vector<Pairs>{{{"a", 1}, {"b", 2}, {"a", 2}, {"a", 3}}, {{"a", 4}, {"a", 5}, {"b", 3}, {"a", 6}}, {{"a", 106}, {"c", 1}, {"a", 206}},
                                     timed ? Pairs{{"a", 7}, {"a", 8}, {"b", -3}} : Pairs{{"a", 7}, {"a", 8}}, {{"a", 9}}});
    CHECK(copies == std::vector{0, 2, 1, 1, 1});
  }
}

TEST_CASE("mapWithState: a state that is long to copy is not copied") {
  struct Counted {
    int value = 0;
    int copies = 0;
    explicit Counted(int given) : value(given) {}
    Counted(const Counted& other) : value(other.value), copies(other.copies + 1) {}
    Counted(Counted&&) = default;
    Counted& operator=(const Counted& other) { return *this = Counted(other); }
    Counted& operator=(Counted&&) = default;
    ~Counted() = default;
  };
  detail::TimedStates<int, Counted> states(true);
  detail::TimedStates<int, Counted>::Table table;
  states.put(table, table.indexOf(1), 1, Counted(5), 1);
  states.commit();
  states.touch(table, table.indexOf(1), 2);
  states.put(table, table.indexOf(1), 1, Counted(6), 2);
  states.remove(table, table.indexOf(1));
  states.rollback(table);
  CHECK(table.find(1)->state.value == 5);
  CHECK(table.find(1)->state.copies == 0);
}

}  // namespace
