// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/reduceByWindow.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/stream/explain.hpp>
#include <dstream/windows/countByWindow.hpp>
#include <dstream/windows/window.hpp>

#include "runtime/stage.hpp"
#include "support/batches.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::outputsOf;
using support::Random;
using Numbers = std::vector<int>;
using Outputs = std::vector<std::optional<Numbers>>;

constexpr auto add = [](int a, int b) { return a + b; };
constexpr auto subtract = [](int a, int b) { return a - b; };
constexpr auto larger = [](int a, int b) { return a < b ? b : a; };

const std::vector<support::Partitions<int>> batches{{{}}, {{1}, {2}}, {{3}}, {{}}, {{}}, {{4}}};

TEST_CASE("reduceByWindow: one record a window, none for an empty one") {
  const Outputs expected{{Numbers{}}, {{3}}, {{6}}, {{3}}, {Numbers{}}, {{4}}};
  CHECK(outputsOf<int>(reduceByWindow(add, 2s, 1s), batches) == expected);
  CHECK(outputsOf<int>(reduceByWindow(plus, 2s, 1s), batches) == expected);
}

TEST_CASE("reduceByWindow: with an inverse always one from the first record on") {
  CHECK(outputsOf<int>(reduceByWindow(add, subtract, 2s, 1s), batches) == Outputs{{Numbers{}}, {{3}}, {{6}}, {{3}}, {{0}}, {{4}}});
}

TEST_CASE("countByWindow: none before the first record, then 0 too") {
  using Counts = std::vector<std::optional<std::vector<std::int64_t>>>;
  CHECK(outputsOf<int>(countByWindow(2s, 1s), batches) == Counts{{std::vector<std::int64_t>{}}, {{2}}, {{3}}, {{1}}, {{0}}, {{1}}});
  CHECK(outputsOf<int>(countByWindow(4s, 2s), batches) == Counts{{}, {{2}}, {}, {{3}}, {}, {{2}}});
}

TEST_CASE("countByWindow: each batch is counted, whatever a filter leaves of it, and only the counts are reduced") {
  const auto odd = filter([](int x) { return x % 2 != 0; });
  CHECK(support::contains(explain(odd | countByWindow(2s, 1s)), "count\n"));
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Random random(seed);
    const auto some = support::randomNumbers(random, 30);
    const auto counts = outputsOf<int>(odd | map([](int) { return std::int64_t{1}; }) | reduceByWindow(plus, minus, 3s, 1s), some);
    CHECK(outputsOf<int>(odd | countByWindow(3s, 1s), some) == counts);
  }
}

TEST_CASE("reduceByWindow: equals the window computed anew") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    const auto some = support::randomNumbers(random, 30);
    for (const auto& [length, slide] : {std::pair{1s, 1s}, std::pair{3s, 1s}, std::pair{8s, 1s}, std::pair{6s, 4s}, std::pair{2s, 5s}}) {
      INFO("seed " << seed << ", length " << length.count() << ", slide " << slide.count());
      CHECK(outputsOf<int>(reduceByWindow(larger, length, slide), some) == outputsOf<int>(window(length, slide) | reduce(larger), some));
      const auto sums = outputsOf<int>(window(length, slide) | reduce(plus), some);
      CHECK(outputsOf<int>(reduceByWindow(plus, length, slide), some) == sums);
      CHECK(outputsOf<int>(reduceByWindow(add, length, slide), some) == sums);
    }
  }
}

TEST_CASE("reduceByWindow: a function that is not commutative meets the older first") {
  const auto join = [](const std::string& a, const std::string& b) { return a + b; };
  const std::vector<support::Partitions<std::string>> letters{{{"a"}}, {{"b", "c"}}, {{}}, {{"d"}}, {{"e"}}, {{"f"}}, {{"g"}}};
  CHECK(outputsOf<std::string>(reduceByWindow(join, 3s, 1s), letters) == outputsOf<std::string>(window(3s) | reduce(join), letters));
}

/// What the windows are while 1 to 9 come and the function is broken from one to another; nothing where it threw.
template <class Window>
std::vector<int> sumsWithThrows(bool& broken, const Window& window, int from, int to) {
  support::Stage stage;
  std::vector<int> sums;
  stage.stream.queueStream(stage.queue) | window | foreachRDD([&](const auto& batch) { sums.push_back(batch.first()); });
  stage.stream.start();
  for (int x = 1; x <= 9; ++x) {
    broken = x >= from && x <= to;
    stage.queue.push(std::vector{x});
    stage.world.advance(1s);
  }
  return sums;
}

TEST_CASE("reduceByWindow: a function that throws for a while; what it kept out of the window does not leave it") {
  bool broken = false;
  const auto sum = [&broken](int a, int b) { return broken ? throw std::runtime_error("broken") : a + b; };
  for (const auto& [from, to] : {std::pair{3, 4}, std::pair{3, 6}, std::pair{4, 8}}) {
    INFO("broken from " << from << " to " << to);
    std::vector<int> expected{1, 3};
    for (int x = 3; x <= 9; ++x)
      if (x < from || x > to) expected.push_back(x + x - 1 + x - 2);
    CHECK(sumsWithThrows(broken, reduceByWindow(sum, 3s, 1s), from, to) == expected);
    CHECK(sumsWithThrows(broken, reduceByWindow(sum, subtract, 3s, 1s), from, to) == expected);
  }
}

TEST_CASE("reduceByWindow: records that are views become owners") {
  const auto longest = [](std::string_view a, std::string_view b) { return a.size() < b.size() ? b : a; };
  const std::vector<support::Partitions<std::string>> lines{{{"to be or"}}, {{"not"}}, {{"x"}}, {{"y z"}}};
  CHECK(outputsOf<std::string>(flatMap(splitWords) | reduceByWindow(longest, 2s, 1s), lines)
        == std::vector<std::optional<std::vector<std::string>>>{{{"to"}}, {{"not"}}, {{"not"}}, {{"x"}}});
}

TEST_CASE("reduceByWindow: a clock before 1970") {
  support::Stage stage(support::quiet(), 1s, -2'500'000'000);
  Numbers sums;
  stage.stream.queueStream(stage.queue) | reduceByWindow(plus, 2s, 1s) | foreachRDD([&](const auto& batch) { sums.push_back(batch.value()); });
  for (const int x : {1, 2, 3, 4}) stage.queue.push(Numbers{x});
  stage.stream.start();
  stage.world.advance(4s);
  CHECK(sums == Numbers{1, 3, 5, 7});
}

}  // namespace
