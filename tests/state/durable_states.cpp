// SPDX-License-Identifier: BSL-1.0
#include <dstream/state/durable_states.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace own {
struct First {
  long count = 0;
};
struct Second {
  long count = 0;
  std::string note;
};
struct Third {
  std::string note;
  double count = 0;
};
}  // namespace own

template <>
struct dstream::Evolved<own::Second> {
  using from = own::First;
  static own::Second migrate(own::First old) { return {old.count, "was first"}; }
};
template <>
struct dstream::Evolved<own::Third> {
  using from = own::Second;
  static own::Third migrate(own::Second old) { return {old.note, static_cast<double>(old.count)}; }
};

namespace {

using namespace dstream;
using namespace std::chrono_literals;

/// One run of a job whose states are S: a file of words, and what the states are after it.
template <class S, class Show>
std::vector<std::string> statesOf(testing::World& world, const std::string& file, const Show& show, bool timed = false) {
  Context context("local[2]", "job", support::quiet(), world);
  StreamingContext stream(context, 1s);
  stream.checkpoint("/checkpoint");
  std::vector<std::string> seen;
  auto spec = StateSpec::function<S>([](const std::string& word, std::optional<long> n, State<S>& state) {
    S next = state.getOption().value_or(S{});
    next.count += static_cast<decltype(next.count)>(n.value_or(0));
    state.update(next);
    return word;
  });
  if (timed) spec = spec.timeout(1h);
  const auto words = stream.textFileStream("/in").named("in") | flatMap(splitWords) | map([](auto word) { return std::pair{std::string(word), 1L}; });
  (words | mapWithState(spec).named("states")).stateSnapshots() | foreachRDD([&](const auto& batch) {
    seen.clear();
    for (const auto& [word, state] : batch.collect()) seen.push_back(word + show(state));
  });
  stream.start();
  world.advance(1ms);
  static_cast<testing::Files&>(world.files()).put("/in/" + file, "a\n");
  world.advance(2s);
  return seen;
}
std::string first(const own::First& state) { return std::to_string(state.count); }
std::string second(const own::Second& state) { return std::to_string(state.count) + state.note; }
std::string third(const own::Third& state) { return std::to_string(static_cast<long>(state.count)) + state.note; }

TEST_CASE("durable_states: states of an older form are migrated, from snapshot and journal") {
  testing::World world;
  static_cast<testing::Files&>(world.files()).put("/in/.keep", "");
  world.advance(1s);
  CHECK(statesOf<own::First>(world, "1", first) == std::vector<std::string>{"a1"});
  CHECK(statesOf<own::Second>(world, "2", second) == std::vector<std::string>{"a2was first"});
  CHECK(statesOf<own::Second>(world, "3", second) == std::vector<std::string>{"a3was first"});
  CHECK(statesOf<own::Third>(world, "4", third) == std::vector<std::string>{"a4was first"});
  CHECK_THROWS_AS(statesOf<own::First>(world, "5", first), CheckpointError);
}

TEST_CASE("durable_states: two forms at once, the older of them not the last") {
  testing::World world;
  static_cast<testing::Files&>(world.files()).put("/in/.keep", "");
  world.advance(1s);
  CHECK(statesOf<own::First>(world, "1", first) == std::vector<std::string>{"a1"});
  CHECK(statesOf<own::Third>(world, "2", third) == std::vector<std::string>{"a2was first"});
  CHECK_THROWS_AS(statesOf<own::Third>(world, "3", third, true), CheckpointError);  // with a timeout they are other bytes
}

TEST_CASE("durable_states: what modify changed in place is in the journal") {
  testing::World world;
  static_cast<testing::Files&>(world.files()).put("/in/.keep", "");
  world.advance(1s);
  const auto count = [](const std::string&, std::optional<long>, State<own::First>& state) {
    if (!state.exists()) state.update(own::First{});
    state.modify([](own::First& first) { ++first.count; });
    return state.get().count;
  };
  std::vector<std::vector<long>> seen;
  for (const int run : {1, 2, 3}) {
    Context context("local[2]", "job", support::quiet(), world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint");
    const auto words = stream.textFileStream("/in").named("in") | flatMap(splitWords) | map([](auto word) { return std::pair{std::string(word), 1L}; });
    words | mapWithState(StateSpec::function<own::First>(count)).named("states") | foreachRDD([&](const auto& batch) {
      if (auto counts = batch.collect(); !counts.empty()) seen.push_back(std::move(counts));
    });
    stream.start();
    world.advance(1ms);
    static_cast<testing::Files&>(world.files()).put("/in/" + std::to_string(run), "a a a\n");
    world.advance(2s);
  }
  CHECK(seen == std::vector<std::vector<long>>{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
}

TEST_CASE("durable_states: a change that is none is refused") {
  std::string_view bytes("\x07");
  CHECK_THROWS_AS(detail::takeKeyChange(bytes), DecodeError);
  const detail::StateSchema<std::string, own::Third> schema("states", "");
  CHECK(schema.reads("states: text -> {int64}"));
  CHECK(schema.form("states: text -> {int64, text}") == 1);
  CHECK_FALSE(schema.reads("states: text -> int64"));
  CHECK_THROWS_AS(schema.form("states: text -> int64"), DecodeError);
}

}  // namespace
