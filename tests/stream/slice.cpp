// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/slice.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/windows/window.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Numbers = std::vector<int>;

/// Behind the stream's zero time.
Time at(const support::Stage& stage, std::int64_t milliseconds) {
  const Nanos start = stage.world.now(Clock::Wall) - stage.world.now(Clock::Steady);
  return {start / 1'000'000'000 * 1'000'000'000 + milliseconds * 1'000'000};
}

template <class Batches>
std::vector<Numbers> all(const Batches& batches) {
  std::vector<Numbers> found;
  for (const auto& batch : batches) found.push_back(batch.collect());
  return found;
}

TEST_CASE("slice: remembered batches, both ends included, rounded down") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue) | map([](int x) { return x * 10; });
  numbers | foreachRDD([](const auto&) {});
  stage.stream.remember(3s);
  for (const int x : {1, 2, 3, 4, 5}) stage.queue.push(Numbers{x});
  stage.stream.start();
  stage.world.advance(5s);
  CHECK(all(numbers.slice(at(stage, 3000), at(stage, 4000))) == std::vector<Numbers>{{30}, {40}});
  CHECK(all(numbers.slice(at(stage, 3999), at(stage, 5999))) == std::vector<Numbers>{{30}, {40}, {50}});
  CHECK(all(numbers.slice(at(stage, -9000), at(stage, 90'000))) == std::vector<Numbers>{{30}, {40}, {50}});
  CHECK(all(numbers.slice(at(stage, 5000), at(stage, 4000))).empty());
  CHECK(all(numbers.slice(at(stage, -9000), at(stage, -10))).empty());
  const auto one = numbers.slice(at(stage, 5000), at(stage, 5000));
  REQUIRE(one.size() == 1);
  CHECK(one[0].batch().seq == 5);
}

TEST_CASE("slice: an interval is the same as its two ends, both included") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue) | map([](int x) { return x * 10; });
  CHECK(support::contains(support::messageOf<IllegalState>([&] { static_cast<void>(numbers.slice(Interval{at(stage, 0), at(stage, 1000)})); }), "the stream has not been initialized"));
  numbers | foreachRDD([](const auto&) {});
  stage.stream.remember(9s);
  for (const int x : {1, 2, 3, 4, 5}) stage.queue.push(Numbers{x});
  stage.stream.start();
  stage.world.advance(5s);
  CHECK(all(numbers.slice(Interval{at(stage, 3000), at(stage, 4000)})) == std::vector<Numbers>{{30}, {40}});
  CHECK(all(numbers.slice({.begin = at(stage, 2999), .end = at(stage, 2999)})) == std::vector<Numbers>{{20}});
  for (const std::int64_t begin : {-500, 0, 1000, 2500, 4000, 6000})
    for (const std::int64_t end : {-500, 0, 1000, 2500, 4000, 6000}) CHECK(all(numbers.slice(Interval{at(stage, begin), at(stage, end)})) == all(numbers.slice(at(stage, begin), at(stage, end))));
  static_assert(Interval{{1}, {2}} == Interval{{1}, {2}} && Interval{{1}, {2}} != Interval{{1}, {3}});
}

TEST_CASE("slice: from within an output; of a stream that has a batch now and then") {
  support::Stage stage;
  const auto sums = stage.stream.queueStream(stage.queue) | window(2s, 2s) | reduce(plus);
  std::vector<Numbers> seen;
  sums | foreachRDD([&](const auto& batch) { seen = all(sums.slice(at(stage, 0), batch.time())); });
  stage.stream.remember(10s);
  for (const int x : {1, 2, 3, 4, 5}) stage.queue.push(Numbers{x});
  stage.stream.start();
  stage.world.advance(5s);
  CHECK(seen == std::vector<Numbers>{{3}, {7}});
}

TEST_CASE("slice: windows that are carried along, looked at or not; one whose batch failed too") {
  for (const bool looks : {true, false}) {
    support::Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    const auto larger = numbers | reduceByWindow([](int a, int b) { return a < b ? b : a; }, 2s, 1s);
    const auto counts = numbers | countByWindow(2s, 2s);
    const auto sums = numbers | map([](int x) { return std::pair{7, x}; }) | reduceByKeyAndWindow(plus, 2s, 1s) | values();
    const auto groups = numbers | map([](int x) { return std::pair{7, x}; }) | groupByKeyAndWindow(2s) | values();
    stage.stream.remember(10s);
    numbers | foreachRDD([](const auto& batch) {
      if (batch.batch().seq == 3) throw std::runtime_error("three");
    });
    const auto look = foreachRDD([&](const auto& batch) {
      if (looks) static_cast<void>(batch.collect());
    });
    larger | look;
    counts | look;
    sums | look;
    groups | look;
    for (const int x : {1, 2, 3, 4}) stage.queue.push(Numbers{x});
    stage.stream.start();
    stage.world.advance(4s);
    CHECK(all(larger.slice(at(stage, 0), at(stage, 4000))) == std::vector<Numbers>{{1}, {2}, {3}, {4}});
    CHECK(all(sums.slice(at(stage, 0), at(stage, 4000))) == std::vector<Numbers>{{1}, {3}, {5}, {7}});
    std::vector<std::int64_t> counted;
    for (const auto& batch : counts.slice(at(stage, 0), at(stage, 4000))) counted.push_back(batch.first());
    CHECK(counted == std::vector<std::int64_t>{2, 2});
    std::vector<Numbers> grouped;
    for (const auto& batch : groups.slice(at(stage, 0), at(stage, 4000))) grouped.push_back(batch.first());
    CHECK(grouped == std::vector<Numbers>{{1}, {1, 2}, {2, 3}, {3, 4}});
  }
}

TEST_CASE("slice: after a stop, with the Context gone too, on the thread that asks; from the first time to the last") {
  for (const bool graceful : {true, false}) {
    support::Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue) | map([](int x) { return std::pair{x, 1}; }) | reduceByKey(plus, 3);
    numbers | foreachRDD([](const auto&) {});
    stage.stream.remember(9s);
    for (const int x : {1, 2, 3}) stage.queue.push(Numbers{x, x});
    stage.stream.start();
    stage.world.advance(3s);
    stage.stream.stop(true, graceful);
    const auto batches = numbers.slice(Time{0}, Time{std::numeric_limits<std::int64_t>::max()});
    REQUIRE(batches.size() >= 3);
    for (std::size_t i = 0; i < 3; ++i) CHECK(batches[i].collect() == std::vector{std::pair{static_cast<int>(i) + 1, 2}});
  }
}

TEST_CASE("slice: not before start; remember: once, for longer than zero, before start") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  CHECK_THROWS_AS(numbers.slice(at(stage, 0), at(stage, 1000)), IllegalState);
  CHECK_THROWS_AS(stage.stream.remember(0s), std::invalid_argument);
  stage.stream.remember(1s);
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { stage.stream.remember(2s); }), "already set"));
  numbers | foreachRDD([](const auto&) {});
  stage.stream.start();
  CHECK_THROWS_AS(stage.stream.remember(1s), IllegalState);
}

TEST_CASE("slice: of a stream that no output reaches is refused, of one above an output's is not") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto nobodys = numbers | window(2s);
  numbers | foreachRDD([](const auto&) {});
  stage.stream.remember(9s);
  stage.queue.push(Numbers{1});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(all(numbers.slice({0}, at(stage, 9000))) == std::vector<Numbers>{{1}});
  CHECK_THROWS_WITH(nobodys.slice({0}, at(stage, 9000)), "dstream: slice: no output reaches this stream, so it has no batches; give it one before start");
}

TEST_CASE("slice: each batch has the number that it had; of a stream that has one now and then, and across ticks that were missed") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const auto pairs = numbers | window(2s, 2s);
  std::vector<std::pair<std::int64_t, std::uint64_t>> seen;
  pairs | foreachRDD([&](const auto& batch) { seen.emplace_back(batch.time().nanoseconds, batch.batch().seq); });
  stage.stream.remember(1000s);
  stage.stream.start();
  stage.world.advance(4s);
  stage.world.setWall(stage.world.now(Clock::Wall) + 100'000'000'000);
  stage.world.advance(2s);
  REQUIRE(seen.size() >= 3);
  std::vector<std::pair<std::int64_t, std::uint64_t>> sliced;
  for (const auto& batch : pairs.slice({0}, Time{seen.back().first})) sliced.emplace_back(batch.time().nanoseconds, batch.batch().seq);
  CHECK(sliced == seen);
  std::vector<std::uint64_t> all;
  for (const auto& batch : numbers.slice({0}, Time{seen.back().first})) all.push_back(batch.batch().seq);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i] == i + 1);
}

TEST_CASE("slice: its batches outlive the stream that was asked") {
  support::Stage stage;
  const auto batches = [&] {
    const std::string tag = "a text that is too long to be stored inline: ";
    const auto texts = stage.stream.queueStream(stage.queue) | map([tag](int x) { return tag + std::to_string(x); });
    const auto lengths = texts | map([tag](const std::string& text) { return std::pair{text.size() - tag.size(), tag + text}; }) | reduceByKey([](auto left, auto) { return left; });
    texts | foreachRDD([](const auto&) {});
    lengths | foreachRDD([](const auto&) {});
    stage.stream.remember(9s);
    stage.queue.push(Numbers{1, 2});
    stage.stream.start();
    stage.world.advance(1s);
    const Time last{std::numeric_limits<std::int64_t>::max()};
    return std::pair{texts.slice({0}, last), lengths.slice({0}, last)};
  }();
  stage.stream.stop(true, false);
  REQUIRE(batches.first.size() == 1);
  CHECK((batches.first[0] | map([](const std::string& text) { return text.back(); }) | collect()) == std::vector<char>{'1', '2'});
  REQUIRE(batches.second.size() == 1);
  CHECK(batches.second[0].count() == 1);
}

}  // namespace
