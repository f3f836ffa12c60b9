// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/window.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/windows/extent.hpp>

#include "runtime/stage.hpp"
#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::outputsOf;
using Numbers = std::vector<int>;
using Outputs = std::vector<std::optional<Numbers>>;

const std::vector<support::Partitions<int>> oneToSix{{{1}}, {{2}}, {{3}}, {{4}}, {{5}}, {{6}}};

TEST_CASE("window: the last batches, oldest first; the first windows hold fewer") {
  CHECK(outputsOf<int>(window(3s), oneToSix) == Outputs{{{1}}, {{1, 2}}, {{1, 2, 3}}, {{2, 3, 4}}, {{3, 4, 5}}, {{4, 5, 6}}});
}

TEST_CASE("window: at each slide; between them there is no batch") {
  CHECK(outputsOf<int>(window(3s, 2s), oneToSix) == Outputs{{}, {{1, 2}}, {}, {{2, 3, 4}}, {}, {{4, 5, 6}}});
}

TEST_CASE("window: tumbling, and with gaps between the windows") {
  CHECK(outputsOf<int>(window(2s, 2s), oneToSix) == Outputs{{}, {{1, 2}}, {}, {{3, 4}}, {}, {{5, 6}}});
  CHECK(outputsOf<int>(window(1s, 3s), oneToSix) == Outputs{{}, {}, {{3}}, {}, {}, {{6}}});
}

TEST_CASE("window: empty batches are batches; partitions keep their order") {
  const std::vector<support::Partitions<int>> batches{{{1}, {2}}, {{}}, {{3}}, {{}}, {{}}};
  CHECK(outputsOf<int>(window(2s), batches) == Outputs{{{1, 2}}, {{1, 2}}, {{3}}, {{3}}, {Numbers{}}});
}

TEST_CASE("window: over fused and wide operators, and over a window") {
  CHECK(outputsOf<int>(map([](int x) { return x * 10; }) | window(2s) | filter([](int x) { return x != 20; }), oneToSix)
        == Outputs{{{10}}, {{10}}, {{30}}, {{30, 40}}, {{40, 50}}, {{50, 60}}});
  CHECK(outputsOf<int>(reduce(plus) | window(2s) | reduce(plus), oneToSix) == Outputs{{{1}}, {{3}}, {{5}}, {{7}}, {{9}}, {{11}}});
  CHECK(outputsOf<int>(window(2s) | window(2s), oneToSix) == Outputs{{{1}}, {{1, 1, 2}}, {{1, 2, 2, 3}}, {{2, 3, 3, 4}}, {{3, 4, 4, 5}}, {{4, 5, 5, 6}}});
  CHECK(outputsOf<int>(window(2s, 2s) | window(4s), oneToSix) == Outputs{{}, {{1, 2}}, {}, {{1, 2, 3, 4}}, {}, {{3, 4, 5, 6}}});
}

TEST_CASE("window: what follows a slow stream has batches at its slide only") {
  CHECK(outputsOf<int>(window(2s, 2s) | map([](int x) { return -x; }) | count() | map([](long n) { return static_cast<int>(n); }), oneToSix)
        == Outputs{{}, {{2}}, {}, {{2}}, {}, {{2}}});
}

TEST_CASE("window: a batch whose function throws fails each window that holds it, and no other") {
  support::Stage stage;
  std::vector<Numbers> seen;
  stage.stream.queueStream(stage.queue) | map([](int x) { return x == 2 ? throw std::runtime_error("two") : x; }) | window(2s)
      | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  for (const int x : {1, 2, 3, 4}) stage.queue.push(Numbers{x});
  stage.stream.start();
  stage.world.advance(4s);
  CHECK(seen == std::vector<Numbers>{{1}, {3, 4}});
}

/// Batch 2 of each window's stream cannot be formed; what the windows of it and of another source gave, in the order in which they were made.
template <class Window>
std::pair<std::vector<Numbers>, std::vector<Numbers>> failingAndHealthy(const Window& window, bool failingFirst) {
  support::Stage stage;
  BatchQueue<int> other;
  std::vector<Numbers> failing;
  std::vector<Numbers> healthy;
  const auto addFailing = [&] {
    stage.stream.queueStream(stage.queue) | transform([](auto batch, const Batch& identity) {
      if (identity.seq == 2) throw std::runtime_error("two");
      return batch | map([](int x) { return x; });
    }) | window | foreachRDD([&](const auto& batch) { failing.push_back(batch.collect()); });
  };
  if (failingFirst) addFailing();
  stage.stream.queueStream(other) | window | foreachRDD([&](const auto& batch) { healthy.push_back(batch.collect()); });
  if (!failingFirst) addFailing();
  for (const int x : {1, 2, 3, 4, 5}) {
    stage.queue.push(Numbers{x});
    other.push(Numbers{x * 10});
  }
  stage.stream.start();
  stage.world.advance(5s);
  CHECK(stage.told.all<BatchFailed>().size() == 1);
  std::vector<std::string> failures;
  for (const auto& output : stage.told.all<OutputCompleted>())
    if (!output.failure.empty()) failures.push_back(std::to_string(output.batch.seq) + " " + output.failure);
  CHECK(failures == std::vector<std::string>{"3 two", "4 two"});
  return {failing, healthy};
}

TEST_CASE("window: a batch that could not be formed fails each window that holds it, and no other; windows of other streams hold theirs") {
  for (const bool first : {true, false}) {
    INFO("failing first " << first);
    CHECK(failingAndHealthy(window(3s), first) == std::pair{std::vector<Numbers>{{1}, {3, 4, 5}}, std::vector<Numbers>{{10}, {10, 20, 30}, {20, 30, 40}, {30, 40, 50}}});
    CHECK(failingAndHealthy(window(3s).transient(), first)
          == std::pair{std::vector<Numbers>{{1}, {3, 4, 5}}, std::vector<Numbers>{{10}, {10, 20, 30}, {20, 30, 40}, {30, 40, 50}}});
    CHECK(failingAndHealthy(window(1s) | window(3s), first) == std::pair{std::vector<Numbers>{{1}, {3, 4, 5}}, std::vector<Numbers>{{10}, {10, 20, 30}, {20, 30, 40}, {30, 40, 50}}});
    const std::pair sums{std::vector<Numbers>{{1}, {12}}, std::vector<Numbers>{{10}, {60}, {90}, {120}}};
    CHECK(failingAndHealthy(window(3s) | reduce(plus), first) == sums);
    CHECK(failingAndHealthy(reduceByWindow(plus, 3s, 1s), first) == sums);
    CHECK(failingAndHealthy(reduceByWindow([](int a, int b) { return a + b; }, 3s, 1s), first) == sums);
    CHECK(failingAndHealthy(map([](int x) { return std::pair{7, x}; }) | reduceByKeyAndWindow(plus, 3s) | values(), first) == sums);
  }
}

TEST_CASE("window: a source that fails to read a batch fails the windows that hold it") {
  for (const bool carried : {false, true}) {
    support::Stage stage;
    std::vector<int> sums;
    const auto numbers = stage.stream.rangeStream(std::views::iota(1, 6) | std::views::transform([](int n) { return n == 2 ? throw std::runtime_error("two") : n; }), 1);
    const auto note = foreachRDD([&](const auto& batch) { sums.push_back(batch.first()); });
    carried ? numbers | reduceByWindow(plus, 2s, 1s) | note : numbers | window(2s) | reduce(plus) | note;
    stage.stream.start();
    stage.world.advance(5s);
    CHECK(sums == Numbers{1, 7, 9});
  }
}

TEST_CASE("window: under a checkpoint a batch that could not be formed is repeated, and fails no window") {
  support::Stage stage;
  std::vector<Numbers> kept;
  std::vector<int> sums;
  int failures = 2;
  const auto numbers = stage.stream.queueStream(stage.queue) | transform([&](auto batch, const Batch& identity) {
                         if (identity.seq == 2 && failures-- > 0) throw std::runtime_error("two");
                         return batch | map([](int x) { return x; });
                       });
  numbers | window(2s).named("kept") | foreachRDD([&](const auto& batch) { kept.push_back(batch.collect()); });
  numbers | reduceByWindow(plus, 2s, 1s).named("sums") | foreachRDD([&](const auto& batch) { sums.push_back(batch.first()); });
  stage.stream.checkpoint("/checkpoint", {.repeats = 3});
  for (const int x : {1, 2, 3, 4, 5, 6}) stage.queue.push(Numbers{x});
  stage.stream.start();
  stage.world.advance(6s);
  REQUIRE(kept.size() >= 4);
  CHECK(std::vector(kept.begin(), kept.begin() + 4) == std::vector<Numbers>{{1}, {1, 2}, {2, 3}, {3, 4}});
  CHECK(std::vector(sums.begin(), sums.begin() + 4) == Numbers{1, 3, 5, 7});
  CHECK(stage.told.all<BatchRepeated>().size() == 2);
}

/// The batches that a window's stream was asked for.
template <class Window>
std::vector<std::uint64_t> askedBy(const Window& window) {
  support::Stage stage;
  std::vector<std::uint64_t> asked;
  stage.stream.queueStream(stage.queue) | transform([&](auto batch, const Batch& identity) {
    asked.push_back(identity.seq);
    return batch | map([](int x) { return std::pair{x, 1}; });
  }) | window | foreachRDD([](const auto& batch) { static_cast<void>(batch.collect()); });
  stage.stream.start();
  stage.world.advance(7s);
  return asked;
}

TEST_CASE("window: batches in no window are not asked for") {
  using Asked = std::vector<std::uint64_t>;
  const Asked all{1, 2, 3, 4, 5, 6, 7};
  CHECK(askedBy(window(1s, 3s)) == Asked{3, 6});
  CHECK(askedBy(window(2s, 3s)) == Asked{2, 3, 5, 6});
  CHECK(askedBy(window(3s, 3s)) == all);
  CHECK(askedBy(window(4s, 3s)) == all);
  CHECK(askedBy(reduceByKeyAndWindow(plus, 1s, 3s)) == Asked{3, 6});
  CHECK(askedBy(groupByKeyAndWindow(2s, 3s)) == Asked{2, 3, 5, 6});
  CHECK(askedBy(values() | reduceByWindow(plus, 1s, 3s)) == Asked{3, 6});
  CHECK(askedBy(countByWindow(1s, 3s)) == all);  // a record there counts as the first
  CHECK(askedBy(reduceByKeyAndWindow(plus, minus, 1s, 3s).keepEmptyKeys()) == all);
}

TEST_CASE("window: lengths and slides that are no positive multiple of the stream's slide are refused") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  for (const auto duration : {0ms, -1000ms, 1500ms, 1ms}) {
    CHECK_THROWS_AS(numbers | window(duration), std::invalid_argument);
    CHECK_THROWS_AS(numbers | window(2s, duration), std::invalid_argument);
  }
  CHECK_THROWS_AS(numbers | window(-1ns), std::invalid_argument);
  CHECK_THROWS_AS(numbers | window(1s, -1ns), std::invalid_argument);
  const auto slow = numbers | window(2s, 2s);
  CHECK_THROWS_AS(slow | window(3s), std::invalid_argument);
  CHECK_THROWS_AS(slow | window(4s, 3s), std::invalid_argument);
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | window(1500ms)); }), "dstream: window: the length of a window (1500000000 ns)"));
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | window(1s, 1500ms)); }), "slide of a window (1500000000 ns)"));
  const auto pairs = numbers | map([](int x) { return std::pair{x, x}; });
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | reduceByWindow(plus, 1500ms, 1s)); }), "dstream: reduceByWindow: the length"));
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(pairs | reduceByKeyAndWindow(plus, 1s, 1500ms)); }), "dstream: reduceByKeyAndWindow: the slide"));
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(pairs | groupByKeyAndWindow(0s)); }), "dstream: groupByKeyAndWindow: the length"));
}

TEST_CASE("window: streams of different slides are not put together") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  CHECK_THROWS_AS(numbers | unionWith(numbers | window(2s, 2s)), std::invalid_argument);
  CHECK(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | unionWith(numbers | window(2s, 2s))); })
        == "dstream: unionWith: two streams that are put together must have the same slide, not 1000000000 ns and 2000000000 ns; window one of them first");
  const auto first = [](auto one, auto) { return one; };
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | transformWith(numbers | window(2s, 2s), first)); }), "dstream: transformWith: two streams"));
  static_cast<void>(numbers | window(2s) | unionWith(numbers));
}

/// Each pass over a batch adds what `now` is by then, as files are read again, through all operators that keep nothing; what two runs of three batches see, or
/// one of six.
template <class Pipeline>
std::vector<Numbers> changing(const Pipeline& pipeline, bool restart) {
  testing::World world(support::Stage::beginning);
  int now = 100;
  int pushed = 0;
  std::vector<Numbers> seen;
  for (int run = 0; run < (restart ? 2 : 1); ++run) {
    Context context("local[2]", "job", support::quiet(), world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint", {.snapshotEvery = 2});
    BatchQueue<int> queue;
    const auto numbers = stream.queueStream(queue);
    numbers.node().node->outside = true;
    numbers | map([&now](int x) { return x + now; }) | pipeline | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
    stream.start();
    for (int batch = 0; batch < (restart ? 3 : 6); ++batch) {
      queue.push(Numbers{++pushed});
      world.advance(1s);
      static_cast<void>(stream.awaitTerminationOrTimeout(0s));  // throws what the batch threw
      now += 100;
    }
    stream.stop(true, false);
  }
  return seen;
}

TEST_CASE("window: under a checkpoint a batch that came from outside is read for the last time when it is made durable") {
  const std::vector<Numbers> expected{{101}, {101, 202}, {202, 303}, {303, 404}, {404, 505}, {505, 606}};
  const auto same = transform([](auto batch) { return batch; });
  for (const bool restart : {false, true}) {
    INFO("restart " << restart);
    CHECK(changing(window(2s).named("window"), restart) == expected);
    CHECK(changing(same.named("same") | window(2s).named("window"), restart) == expected);
    CHECK(changing(reduce(plus) | window(2s).named("window"), restart) == expected);
    CHECK(changing(window(1s).named("one") | window(2s).named("two"), restart) == expected);
    CHECK(changing(window(1s, 1s).named("one") | map([](int x) { return x; }) | window(2s).named("two"), restart) == expected);
  }
}

}  // namespace
