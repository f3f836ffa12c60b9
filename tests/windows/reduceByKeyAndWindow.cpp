// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/reduceByKeyAndWindow.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/windows/countByValueAndWindow.hpp>
#include <dstream/windows/window.hpp>

#include "runtime/stage.hpp"
#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Random;
using support::sortedOutputsOf;
using Pair = std::pair<std::string, int>;
using Pairs = std::vector<Pair>;
using Outputs = std::vector<std::optional<Pairs>>;

/// Neither the library nor the compiler knows anything of its algebra.
constexpr auto larger = [](int a, int b) { return a < b ? b : a; };
constexpr auto add = [](int a, int b) { return a + b; };
constexpr auto subtract = [](int a, int b) { return a - b; };

const std::vector<support::Partitions<Pair>> few{{{{"a", 1}, {"b", 2}}}, {{{"a", 3}}}, {{{"c", 5}}}, {{}}, {{}}, {{{"a", 7}}}};

TEST_CASE("reduceByKeyAndWindow: keys come, stay and go") {
  const Outputs expected{{{{"a", 1}, {"b", 2}}}, {{{"a", 4}, {"b", 2}}}, {{{"a", 3}, {"c", 5}}}, {{{"c", 5}}}, {Pairs{}}, {{{"a", 7}}}};
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, 2s), few) == expected);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(plus, 2s), few) == expected);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, subtract, 2s, 1s), few) == expected);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, subtract, 2s), few) == expected);
}

TEST_CASE("reduceByKeyAndWindow: keepEmptyKeys keeps what inverse leaves, as Spark does") {
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, subtract, 2s, 1s).keepEmptyKeys(), few)
        == Outputs{{{{"a", 1}, {"b", 2}}}, {{{"a", 4}, {"b", 2}}}, {{{"a", 3}, {"b", 0}, {"c", 5}}}, {{{"a", 0}, {"b", 0}, {"c", 5}}},
                   {{{"a", 0}, {"b", 0}, {"c", 0}}}, {{{"a", 7}, {"b", 0}, {"c", 0}}}});
}

TEST_CASE("reduceByKeyAndWindow: a filter drops a key from the window too; it starts afresh") {
  const auto notSmall = [](const auto& pair) { return pair.second > 2; };
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, subtract, 3s, 1s, notSmall), {{{{"a", 1}}}, {{{"a", 2}}}, {{{"a", 3}}}, {{}}})
        == Outputs{{Pairs{}}, {Pairs{}}, {{{"a", 3}}}, {Pairs{}}});  // 3 at first, and 1, which the key had before it was dropped, leaves
}

TEST_CASE("reduceByKeyAndWindow: Spark's empty keys go with a filter, and may come again") {
  const auto notZero = [](const auto& pair) { return pair.second != 0; };
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, subtract, 2s, 1s, notZero).keepEmptyKeys(), few)
        == Outputs{{{{"a", 1}, {"b", 2}}}, {{{"a", 4}, {"b", 2}}}, {{{"a", 3}, {"c", 5}}}, {{{"c", 5}}}, {Pairs{}}, {{{"a", 7}}}});
}

/// Every form, in lockstep with the window computed anew.
void checkLaws(std::uint64_t seed, std::chrono::seconds length, std::chrono::seconds slide, std::size_t workers) {
  INFO("seed " << seed << ", length " << length.count() << ", slide " << slide.count() << ", workers " << workers);
  Random random(seed);
  const auto batches = support::randomPairs(random, 25);
  const auto sums = sortedOutputsOf<Pair>(window(length, slide) | reduceByKey(add), batches, workers);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, length, slide), batches, workers) == sums);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(plus, length, slide, 3), batches, workers) == sums);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(add, subtract, length, slide), batches, workers) == sums);
  const auto most = sortedOutputsOf<Pair>(window(length, slide) | reduceByKey(larger), batches, workers);
  CHECK(sortedOutputsOf<Pair>(reduceByKeyAndWindow(larger, length, slide), batches, workers) == most);
}

TEST_CASE("reduceByKeyAndWindow: equals the window computed anew") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    checkLaws(seed, 1s, 1s, 1);
    checkLaws(seed, 3s, 1s, 2);
    checkLaws(seed, 7s, 1s, 3);
    checkLaws(seed, 5s, 2s, 2);
    checkLaws(seed, 4s, 4s, 2);
    checkLaws(seed, 2s, 5s, 2);
    checkLaws(seed, 40s, 1s, 7);
  }
}

TEST_CASE("reduceByKeyAndWindow: keys and values that are views become owners") {
  const auto words = flatMap(splitWords) | map([](std::string_view word) { return std::pair{word.substr(0, 1), word}; });
  const auto longer = [](std::string_view a, std::string_view b) { return a.size() < b.size() ? b : a; };
  const std::vector<support::Partitions<std::string>> batches{{{"to tiny", "be"}}, {{"between"}}, {{"b"}}, {{}}};
  using Words = std::vector<std::pair<std::string, std::string>>;
  CHECK(sortedOutputsOf<std::string>(words | reduceByKeyAndWindow(longer, 2s), batches)
        == std::vector<std::optional<Words>>{{{{"b", "be"}, {"t", "tiny"}}}, {{{"b", "between"}, {"t", "tiny"}}}, {{{"b", "between"}}}, {{{"b", "b"}}}});
}

TEST_CASE("reduceByKeyAndWindow: a window of its windows sees each as it was") {
  const auto twice = [](const auto& first, const auto& second) { return sortedOutputsOf<Pair>(first | second, few); };
  CHECK(twice(reduceByKeyAndWindow(plus, 2s), window(2s) | reduceByKey(plus))
        == twice(window(2s) | reduceByKey(plus), window(2s) | reduceByKey(plus)));
  CHECK(twice(reduceByKeyAndWindow(larger, 2s), reduceByKeyAndWindow(larger, 3s))
        == twice(window(2s) | reduceByKey(larger), window(3s) | reduceByKey(larger)));
}

/// What the windows of 3 are while pairs come and the function is broken from one batch to another, for some keys only; nothing where it threw.
template <class Window>
std::vector<Pairs> sumsWithThrows(bool& broken, const Window& window, int from, int to) {
  support::Stage stage;
  std::vector<Pairs> seen;
  stage.stream.queueStream(stage.queue) | map([](int x) { return Pair{std::string(1, static_cast<char>('a' + x % 5)), x}; }) | window
      | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
  stage.stream.start();
  for (int x = 1; x <= 12; ++x) {
    broken = x >= from && x <= to;
    stage.queue.push(std::vector{x, x + 1, x + 2});
    stage.world.advance(1s);
  }
  for (auto& pairs : seen) std::sort(pairs.begin(), pairs.end());
  return seen;
}

TEST_CASE("reduceByKeyAndWindow: a function that throws for a while loses nothing, and what it kept out does not leave") {
  bool broken = false;
  const auto sum = [&broken](int a, int b) { return broken && (a + b) % 2 == 0 ? throw std::runtime_error("broken") : a + b; };
  const auto minus = [&broken](int a, int b) { return broken && a % 3 == 0 ? throw std::runtime_error("broken") : a - b; };
  bool never = false;
  const auto all = sumsWithThrows(never, window(3s) | reduceByKey(add), 1, 0);
  for (int from = 2; from <= 6; ++from)
    for (const int length : {1, 2, 4, 6}) {
      const int to = from + length - 1;
      INFO("broken from " << from << " to " << to);
      for (const auto& seen : {sumsWithThrows(broken, reduceByKeyAndWindow(sum, 3s), from, to), sumsWithThrows(broken, reduceByKeyAndWindow(sum, minus, 3s, 1s), from, to)}) {
        REQUIRE(seen.size() >= 12 - static_cast<std::size_t>(length));
        REQUIRE(seen.size() < 12);
        for (std::size_t i = 1; i <= 12 - static_cast<std::size_t>(to); ++i) CHECK(seen[seen.size() - i] == all[12 - i]);
      }
    }
}

TEST_CASE("countByValueAndWindow: values and how often they are there") {
  using Counts = std::vector<std::pair<int, std::int64_t>>;
  const std::vector<support::Partitions<int>> batches{{{1, 1, 2}}, {{2}, {3}}, {{}}, {{}}};
  CHECK(sortedOutputsOf<int>(countByValueAndWindow(2s, 1s), batches)
        == std::vector<std::optional<Counts>>{{{{1, 2}, {2, 1}}}, {{{1, 2}, {2, 2}, {3, 1}}}, {{{2, 1}, {3, 1}}}, {Counts{}}});
}

/// What a job with this window shows of its batches, in the order of the keys; it goes on where the one before stopped.
template <class Window>
std::vector<Pairs> goesOn(testing::World& world, const std::vector<Pairs>& batches, std::uint32_t snapshotEvery, const Window& window) {
  Context context("local[2]", "job", support::quiet(), world);
  StreamingContext stream(context, 1s);
  stream.checkpoint("/checkpoint", {.snapshotEvery = snapshotEvery});
  BatchQueue<Pair> queue;
  std::vector<Pairs> seen;
  stream.queueStream(queue) | window.named("window") | foreachRDD([&](const auto& batch) {
    seen.push_back(batch.collect());
    std::sort(seen.back().begin(), seen.back().end());
  });
  for (const Pairs& batch : batches) queue.push(batch);
  stream.start();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    world.advance(1s);
    static_cast<void>(stream.awaitTerminationOrTimeout(0s));  // throws what the batch threw
  }
  stream.stop(true, false);
  return seen;
}

TEST_CASE("reduceByKeyAndWindow: a restart may ask for another number of partitions, whatever was a snapshot's and what the journal's") {
  for (const std::uint32_t snapshotEvery : {1U, 2U, 1000U}) {
    INFO("a snapshot every " << snapshotEvery);
    const auto check = [&](const auto& window) {
      testing::World world(1'000'000'250'000'000);
      CHECK(goesOn(world, {{{"a", 1}, {"b", 2}, {"c", 3}}, {{"a", 4}, {"d", 5}}}, snapshotEvery, window(4))
            == std::vector<Pairs>{{{"a", 1}, {"b", 2}, {"c", 3}}, {{"a", 5}, {"b", 2}, {"c", 3}, {"d", 5}}});
      CHECK(goesOn(world, {{{"b", 7}, {"e", 1}}}, snapshotEvery, window(7)) == std::vector<Pairs>{{{"a", 5}, {"b", 9}, {"c", 3}, {"d", 5}, {"e", 1}}});
      CHECK(goesOn(world, {{{"a", 1}}, {}, {}}, snapshotEvery, window(1)) == std::vector<Pairs>{{{"a", 5}, {"b", 7}, {"d", 5}, {"e", 1}}, {{"a", 1}, {"b", 7}, {"e", 1}}, {{"a", 1}}});
    };
    check([](std::size_t partitions) { return reduceByKeyAndWindow(plus, 3s, 1s, partitions); });
    check([](std::size_t partitions) { return reduceByKeyAndWindow(add, 3s, 1s, partitions); });
  }
}

}  // namespace
