// SPDX-License-Identifier: BSL-1.0
// What programs bring along: names like the library's own, keys that are not equal to themselves, light ranges, functions that throw or give owners.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/checkpoint.hpp>
#include <dstream/dstream.hpp>
#include <dstream/testing.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace app {

template <class F>
int flatMap(F) {
  return 0;
}
template <class F>
int reduce(F) {
  return 0;
}
template <class F>
int reduceByKey(F, std::size_t) {
  return 0;
}

struct Id {
  int n;
  bool operator==(const Id&) const = default;
};
struct Add {
  template <class T>
  T operator()(T a, T b) const {
    return a + b;
  }
};

struct Motor {
  long speed = 0;
};
inline bool stopped(const Motor& motor) { return motor.speed == 0; }

/// Text to look at, but told apart by the table too.
struct Column {
  std::string name;
  int table = 0;
  operator std::string_view() const { return name; }
  bool operator==(const Column&) const = default;
};

/// Refers to its elements, and is no std view.
struct Children {
  std::string* from;
  std::string* to;
  [[nodiscard]] std::string* begin() const { return from; }
  [[nodiscard]] std::string* end() const { return to; }
};

}  // namespace app

template <>
struct std::hash<app::Id> {
  std::size_t operator()(const app::Id& id) const { return static_cast<std::size_t>(id.n); }
};
template <>
struct std::hash<app::Column> {
  std::size_t operator()(const app::Column& column) const { return std::hash<std::string>{}(column.name); }
};

namespace {

using namespace std::chrono_literals;
using dstream::plus;

TEST_CASE("users' types: functions of the library's names in their namespace are none of its business") {
  const std::vector<app::Id> ids{{1}, {2}};
  const std::vector<app::Id> others{{2}};
  CHECK((ids | dstream::subtract(others) | dstream::count() | dstream::value()) == 1);
  CHECK(dstream::testing::drive<int>(dstream::reduceByWindow(app::Add{}, 1s, 1s)).feed({1, 2}) == std::vector{3});
  CHECK(dstream::testing::drive<std::pair<int, int>>(dstream::reduceByKeyAndWindow(app::Add{}, 1s, 1s)).feed({{1, 1}, {1, 2}}) == std::vector{std::pair{1, 3}});
  const std::vector<int> changes{5, -5, 3, 4};
  const app::Motor motor = changes | dstream::fold(app::Motor{}, [](app::Motor all, int change) { return app::Motor{all.speed + change}; });
  CHECK(motor.speed == 7);
}

TEST_CASE("users' types: a key that converts to text and has its own == and hash is told apart by them") {
  const std::vector<std::pair<app::Column, int>> columns{{{"id", 1}, 1}, {{"id", 2}, 1}, {{"id", 1}, 1}};
  CHECK((columns | dstream::reduceByKey(plus) | dstream::collect()).size() == 2);
}

TEST_CASE("users' types: what a light range refers to is the user's, and stays") {
  const auto names = std::make_shared<std::vector<std::string>>(2, "a name that lies on the heap");
  const std::vector<int> one{1};
  for (int pass = 0; pass < 2; ++pass) {
    const auto found = one | dstream::flatMap([&](int) { return app::Children{names->data(), names->data() + names->size()}; }) | dstream::collect();
    CHECK(found == std::vector<std::string>(2, "a name that lies on the heap"));
  }
}

TEST_CASE("users' types: a function that gives an owner where records are views") {
  const std::vector<std::string_view> words{"a word that is long enough", "another word that is long", "and the third one"};
  const auto joined = words | dstream::reduce([](std::string_view a, std::string_view b) { return std::string(a) + "," + std::string(b); }) | dstream::value();
  CHECK(joined == "a word that is long enough,another word that is long,and the third one");
}

TEST_CASE("users' types: all NaNs are one key, in a batch, a window and a state, in pairs too") {
  const double nan = std::nan("");
  const double other = -std::nan("1");
  const std::vector<double> numbers{nan, 2.0, other, nan};
  CHECK((numbers | dstream::countByValue() | dstream::collect()).size() == 2);
  const std::vector<std::pair<std::pair<double, int>, int>> pairs{{{nan, 1}, 1}, {{other, 1}, 1}, {{nan, 2}, 1}};
  CHECK((pairs | dstream::reduceByKey(plus) | dstream::collect()).size() == 2);
  const std::vector<std::optional<double>> optionals{nan, std::nullopt, other};
  CHECK((optionals | dstream::distinct() | dstream::collect()).size() == 2);

  auto window = dstream::testing::drive<std::pair<double, int>>(dstream::reduceByKeyAndWindow(plus, 1s, 1s));
  CHECK(window.feed({{nan, 1}, {2.0, 1}, {other, 1}}).size() == 2);
  CHECK(window.feed({{2.0, 1}}) == std::vector{std::pair{2.0, 1}});

  int calls = 0;
  const auto update = [&](const double&, std::optional<int> value, dstream::State<int>& state) {
    ++calls;
    if (!state.isTimingOut()) state.update(value.value_or(0));
    return 0;
  };
  auto states = dstream::testing::drive<std::pair<double, int>>(dstream::mapWithState(dstream::StateSpec::function<int>(update).timeout(1s)),
                                                                dstream::testing::DriveOptions{.workers = 1});
  states.feed({{nan, 1}, {2.0, 1}, {other, 1}});
  CHECK(calls == 3);
  for (int i = 0; i < 3; ++i) states.tick();
  CHECK(calls == 5);
}

TEST_CASE("users' types: plus over bool is or, and nothing is subtracted from it") {
  auto keyed = dstream::testing::drive<std::pair<int, bool>>(dstream::reduceByKeyAndWindow(plus, 2s, 1s));
  auto one = dstream::testing::drive<bool>(dstream::reduceByWindow(plus, 2s, 1s));
  for (int i = 0; i < 2; ++i) {
    keyed.feed({{1, true}});
    one.feed({true});
  }
  CHECK(keyed.feed({}) == std::vector{std::pair{1, true}});
  CHECK(one.feed({}) == std::vector{true});
  CHECK(keyed.feed({}).empty());
}

TEST_CASE("users' types: a window's function that throws fails its batch, and the ones behind it are right again") {
  const auto checked = [](long a, long b) { return a + b > 100 ? throw std::overflow_error("sum") : a + b; };
  auto keyed = dstream::testing::drive<std::pair<int, long>>(dstream::reduceByKeyAndWindow(checked, 3s, 1s));
  auto plain = dstream::testing::drive<std::pair<int, long>>(dstream::window(3s, 1s) | dstream::reduceByKey(checked));
  for (const long value : {10L, 20L, 30L, 60L, 5L, 1L, 1L, 95L, 9L, 1L, 1L, 1L, -1L, -1L, -1L, -1L}) {
    const auto fed = [&](auto& driver) -> std::string {
      try {
        const auto shown = value < 0 ? driver.feed({}) : driver.feed({{1, value}});
        return shown.empty() ? "none" : std::to_string(shown[0].second);
      } catch (const std::overflow_error& error) {
        return error.what();
      }
    };
    CHECK(fed(keyed) == fed(plain));
  }
}

TEST_CASE("users' types: what mapWithState gives may be a view of the state") {
  const auto update = [](const int&, std::optional<int> value, dstream::State<std::string>& state) -> std::string_view {
    if (value == 0) {
      const std::string_view last = state.get();
      state.remove();
      return last;
    }
    state.update("state " + std::to_string(*value));
    return state.get();
  };
  auto driver = dstream::testing::drive<std::pair<int, int>>(dstream::mapWithState(dstream::StateSpec::function<std::string>(update)), dstream::testing::DriveOptions{.workers = 1});
  CHECK(driver.feed({{1, 1}, {2, 2}}) == std::vector<std::string>{"state 1", "state 2"});
  CHECK(driver.feed({{1, 3}}) == std::vector<std::string>{"state 3"});
  CHECK(driver.feed({{1, 0}}) == std::vector<std::string>{"state 3"});
}

TEST_CASE("users' types: state snapshots asked for twice are the same, and stay what they were") {
  const auto count = [](const int&, std::optional<int> value, dstream::State<int>& state) {
    state.update(state.getOption().value_or(0) + value.value_or(0));
    return 0;
  };
  dstream::BatchQueue<std::pair<int, int>> queue;
  std::vector<std::vector<int>> shown;
  auto driver = dstream::testing::drive(
      [&](dstream::StreamingContext& stream) {
        const auto mapped = stream.queueStream(queue) | dstream::mapWithState(dstream::StateSpec::function<int>(count));
        for (int i = 0; i < 2; ++i)
          mapped.stateSnapshots() | dstream::window(2s) | dstream::foreachRDD([&](const auto& batch) {
            shown.emplace_back();
            for (const auto& [key, state] : batch.collect()) shown.back().push_back(state);
          });
        return mapped | dstream::count();
      },
      dstream::testing::DriveOptions{.workers = 1});
  for (int i = 0; i < 3; ++i) {
    queue.push({std::pair{1, 1}});
    driver.tick();
  }
  CHECK(shown == std::vector<std::vector<int>>{{1}, {1}, {1, 2}, {1, 2}, {2, 3}, {2, 3}});
}

TEST_CASE("users' types: a window keeps what a container of its batch holds, with a checkpoint too") {
  for (const bool saved : {false, true}) {
    dstream::testing::World world;
    dstream::BatchQueue<std::string> queue;
    dstream::Context context("local", "job", support::quiet(), world);
    dstream::StreamingContext stream(context, 1s);
    if (saved) stream.checkpoint("/checkpoint");
    std::vector<std::string> last;
    stream.queueStream(queue).named("q") | dstream::unionWith(std::vector<std::string>{"a fixed record of each batch"}) | dstream::window(2s, 1s).named("w")
        | dstream::foreachRDD([&](const auto& batch) { last = batch.collect(); });
    stream.start();
    for (const std::string text : {"1", "2", "3"}) queue.push({text});
    world.advance(3s);
    CHECK(last == std::vector<std::string>{"2", "a fixed record of each batch", "3", "a fixed record of each batch"});
  }
}

TEST_CASE("users' types: a sum of nothing but minus zero is minus zero") {
  const std::vector<double> zeros{-0.0};
  CHECK(std::signbit(zeros | dstream::reduce(plus) | dstream::value()));
}

}  // namespace
