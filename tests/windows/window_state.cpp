// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/window_state.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/dstream.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Numbers = std::vector<int>;
using Times = std::vector<std::int64_t>;

/// Notes what it is told, and throws when it is to.
struct Noted {
  using Data = Single<int>;
  void evict(Time until, RunnerRef) { evicted = until.nanoseconds; }
  template <class R>
  void push(Time time, R&, RunnerRef) {
    if (time.nanoseconds == *broken) throw std::runtime_error("push");
    pushed->push_back(time.nanoseconds);
  }
  [[nodiscard]] Data result() const { return {}; }

  Times* pushed;
  std::int64_t* broken;
  std::int64_t evicted = 0;
};

using OneBatch = RunnerRdd<decltype(detail::headOf(std::declval<const Numbers&>()))>;

TEST_CASE("window_state: each batch is pushed once, in order; one that throws is tried again until it is out of the window") {
  const Numbers none;
  Times pushed;
  std::int64_t broken = 2;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  for (std::int64_t now = 1; now <= 6; ++now) {
    contents.add({now}, OneBatch(detail::headOf(none), RunnerRef{}));
    if (now >= 2 && now <= 4) {
      CHECK_THROWS_AS(contents.moveTo({now}), std::runtime_error);
    } else {
      contents.moveTo({now});
    }
  }
  CHECK(pushed == Times{1, 3, 4, 5, 6});
}

TEST_CASE("window_state: a batch that could not be had fails the windows that hold it; those behind it come when it has left") {
  const Numbers none;
  Times pushed;
  std::int64_t broken = 0;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  for (std::int64_t now = 1; now <= 6; ++now) {
    if (now == 2) {
      contents.addFailed({now}, std::make_exception_ptr(std::runtime_error("two")));
    } else {
      contents.add({now}, OneBatch(detail::headOf(none), RunnerRef{}));
    }
    if (now >= 2 && now <= 4) {
      CHECK_THROWS_AS(contents.moveTo({now}), std::runtime_error);
    } else {
      contents.moveTo({now});
    }
  }
  CHECK(pushed == Times{1, 3, 4, 5, 6});
}

TEST_CASE("window_state: a moment may be asked for again, an earlier one not") {
  Times pushed;
  std::int64_t broken = 0;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  contents.moveTo({5});
  contents.moveTo({5});
  CHECK_THROWS_AS(contents.moveTo({4}), MissingBatch);
}

TEST_CASE("window_state: a clock before 1970") {
  Times pushed;
  std::int64_t broken = 0;
  detail::WindowContents<OneBatch, Noted> contents(Noted{&pushed, &broken}, 3);
  contents.moveTo({-5});
  contents.moveTo({-4});
  CHECK_THROWS_AS(contents.moveTo({-5}), MissingBatch);
}

TEST_CASE("window_state: the functions of a batch that throws run once in each window that holds it") {
  support::Stage stage;
  int calls = 0;
  stage.stream.queueStream(stage.queue) | map([&](int number) {
    if (number == 2) ++calls;
    return number == 2 ? throw std::runtime_error("two") : number;
  }) | reduceByWindow(plus, 3s, 1s) | foreachRDD([](const auto& batch) { static_cast<void>(batch.count()); });
  for (const int number : {1, 2, 3, 4, 5, 6}) stage.queue.push(Numbers{number});
  stage.stream.start();
  stage.world.advance(6s);
  CHECK(calls == 6);  // as each batch is taken, and as the window is asked for
}

/// What `outer` shows of `inner` batch by batch, where the function above both throws in batch 4: "-" for a batch that failed, with its reason in `reasons`.
template <class Inner, class Outer>
std::vector<std::string> shown(const Inner& inner, const Outer& outer, std::vector<std::string>* reasons = nullptr) {
  support::Stage stage;
  std::map<std::uint64_t, std::string> seen;
  stage.stream.queueStream(stage.queue) | map([](int number) { return number == 4 ? throw std::runtime_error("four") : std::pair{0, number}; }) | inner | outer
      | foreachRDD([&](const auto& batch, const Batch& identity) {
          std::string& text = seen[identity.seq];
          batch.foreach([&](const auto& record) { text += std::to_string(record.second); });
        });
  for (int number = 1; number <= 12; ++number) stage.queue.push(Numbers{number});
  stage.stream.start();
  stage.world.advance(12s);
  for (const auto& output : stage.told.template all<OutputCompleted>())
    if (!output.failure.empty()) {
      seen[output.batch.seq] = "-";
      if (reasons != nullptr) reasons->push_back(output.failure);
    }
  std::vector<std::string> texts;
  for (const auto& [seq, text] : seen) texts.push_back(text);
  return texts;
}

TEST_CASE("window_state: of windows over windows and states those fail that hold what a throwing function spoilt, and no others") {
  const auto largest = reduceByKeyAndWindow(dstream::max, 3s, 1s);
  const auto twos = reduceByKeyAndWindow(plus, 2s, 1s);
  std::vector<std::string> reasons;
  CHECK(shown(twos, largest, &reasons) == std::vector<std::string>{"1", "3", "5", "-", "-", "-", "-", "15", "17", "19", "21", "23"});
  CHECK(reasons == std::vector<std::string>(4, "four"));
  CHECK(shown(twos, window(3s, 3s), &reasons) == std::vector<std::string>{"135", "-", "131517", "192123"});
  CHECK(reasons == std::vector<std::string>(5, "four"));
  CHECK(shown(twos, reduceByKeyAndWindow(dstream::max, 3s, 3s)) == std::vector<std::string>{"5", "-", "17", "23"});
  const auto sizes = mapValues([](const auto& values) { return values.size(); });
  CHECK(shown(twos, groupByKeyAndWindow(3s, 3s) | sizes) == std::vector<std::string>{"3", "-", "3", "3"});
  const auto sums = updateStateByKey([](const Numbers& numbers, std::optional<int> sum) {
    int all = sum.value_or(0);
    for (const int number : numbers) all += number;
    return std::optional(all);
  });
  CHECK(shown(sums, largest) == std::vector<std::string>{"1", "3", "6", "-", "-", "-", "13", "21", "30", "40", "51", "63"});
  const auto running = mapWithState(StateSpec::function<int>([](int key, std::optional<int> number, State<int>& state) {
    state.update((state.exists() ? state.get() : 0) + number.value_or(0));
    return std::pair{key, state.get()};
  }));
  CHECK(shown(running, largest) == std::vector<std::string>{"1", "3", "6", "-", "-", "-", "13", "21", "30", "40", "51", "63"});
}

}  // namespace
