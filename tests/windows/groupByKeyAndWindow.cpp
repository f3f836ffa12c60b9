// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/groupByKeyAndWindow.hpp>

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

#include <dstream/testing/world.hpp>
#include <dstream/windows/window.hpp>

#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::sortedOutputsOf;
using Pair = std::pair<std::string, int>;
using Groups = std::vector<std::pair<std::string, std::vector<int>>>;

TEST_CASE("groupByKeyAndWindow: values come, stay and go, oldest batch first") {
  const std::vector<support::Partitions<Pair>> batches{{{{"a", 2}, {"b", 2}}, {{"a", 1}}}, {{{"a", 3}}}, {{}}, {{}}, {{{"b", 7}}}};
  CHECK(sortedOutputsOf<Pair>(groupByKeyAndWindow(2s), batches)
        == std::vector<std::optional<Groups>>{{{{"a", {2, 1}}, {"b", {2}}}}, {{{"a", {2, 1, 3}}, {"b", {2}}}}, {{{"a", {3}}}}, {Groups{}}, {{{"b", {7}}}}});
}

TEST_CASE("groupByKeyAndWindow: equals the window grouped anew") {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    support::Random random(seed);
    const auto batches = support::randomPairs(random, 25);
    for (const auto& [length, slide] : {std::pair{1s, 1s}, std::pair{3s, 1s}, std::pair{7s, 1s}, std::pair{6s, 4s}, std::pair{2s, 5s}, std::pair{40s, 1s}})
      for (const std::size_t workers : {1U, 3U}) {
        INFO("seed " << seed << ", length " << length.count() << ", slide " << slide.count() << ", workers " << workers);
        const auto anew = sortedOutputsOf<Pair>(window(length, slide) | groupByKey(), batches, workers);
        CHECK(sortedOutputsOf<Pair>(groupByKeyAndWindow(length, slide), batches, workers) == anew);
        CHECK(sortedOutputsOf<Pair>(groupByKeyAndWindow(length, slide, 5), batches, workers) == anew);
      }
  }
}

TEST_CASE("groupByKeyAndWindow: keys and values that are views become owners") {
  const auto words = flatMap(splitWords) | map([](std::string_view word) { return std::pair{word.substr(0, 1), word}; });
  using Words = std::vector<std::pair<std::string, std::vector<std::string>>>;
  CHECK(sortedOutputsOf<std::string>(words | groupByKeyAndWindow(2s), {{{"to tiny", "be"}}, {{"between"}}, {{}}})
        == std::vector<std::optional<Words>>{{{{"b", {"be"}}, {"t", {"to", "tiny"}}}}, {{{"b", {"be", "between"}}, {"t", {"to", "tiny"}}}}, {{{"b", {"between"}}}}});
}

TEST_CASE("groupByKeyAndWindow: a copy that throws leaves the group as it was") {
  struct Copied {
    explicit Copied(int given) : value(given) {}
    Copied(const Copied& other) : value(other.value) {
      if (other.value == 13) throw std::runtime_error("copy");
    }
    Copied& operator=(const Copied&) = default;
    ~Copied() = default;
    int value;
  };
  const auto of = [](std::initializer_list<int> numbers) {
    std::vector<Copied> values;
    values.reserve(8);
    for (const int number : numbers) values.emplace_back(number);
    return values;
  };
  detail::GroupSlot<std::vector<Copied>> slot(of({1, 2}), {});
  CHECK_THROWS_AS(slot.push(of({3, 13}), {}), std::runtime_error);
  CHECK(slot.shown()->size() == 2);
  slot.push(of({4}), {});
  CHECK_THROWS_AS(slot.push(of({5, 13, 6}), {}), std::runtime_error);
  REQUIRE(slot.shown()->size() == 3);
  CHECK(slot.shown()->back().value == 4);
  CHECK(slot.evict(2, {}));
  CHECK(slot.shown()->front().value == 4);
  CHECK_FALSE(slot.evict(1, {}));
}

TEST_CASE("groupByKeyAndWindow: a restart may ask for another number of partitions") {
  testing::World world(1'000'000'250'000'000);
  std::vector<Groups> seen;
  const auto run = [&](std::size_t partitions, const std::vector<Pair>& batch) {
    Context context("local[2]", "job", Configuration{.stopOnSignals = false, .defaultListener = false}, world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint");
    BatchQueue<Pair> queue;
    stream.queueStream(queue) | groupByKeyAndWindow(2s, 1s, partitions).named("groups") | foreachRDD([&](const auto& groups) {
      seen.push_back(groups.collect());
      std::sort(seen.back().begin(), seen.back().end());
    });
    queue.push(batch);
    stream.start();
    world.advance(1s);
    static_cast<void>(stream.awaitTerminationOrTimeout(0s));  // throws what the batch threw
    stream.stop(true, false);
  };
  run(4, {{"a", 1}, {"b", 2}});
  run(7, {{"b", 3}, {"c", 4}});
  run(2, {{"a", 5}});
  CHECK(seen == std::vector<Groups>{{{"a", {1}}, {"b", {2}}}, {{"a", {1}}, {"b", {2, 3}}, {"c", {4}}}, {{"a", {5}}, {"b", {3}}, {"c", {4}}}});
}

}  // namespace
