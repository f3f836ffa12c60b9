// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/window.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
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
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | window(1500ms)); }), "length of a window (1500000000 ns)"));
  CHECK(support::contains(support::messageOf<std::invalid_argument>([&] { static_cast<void>(numbers | window(1s, 1500ms)); }), "slide of a window (1500000000 ns)"));
}

TEST_CASE("window: streams of different slides are not put together") {
  support::Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  CHECK_THROWS_AS(numbers | unionWith(numbers | window(2s, 2s)), std::invalid_argument);
  static_cast<void>(numbers | window(2s) | unionWith(numbers));
}

}  // namespace
