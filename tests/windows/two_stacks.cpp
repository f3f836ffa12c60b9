// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/two_stacks.hpp>

#include <cstdint>
#include <deque>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include <dstream/windows/subtract_on_evict.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::detail::SubtractOnEvict;
using dstream::detail::TwoStacks;
using support::Random;

/// Associative, not commutative: a text joined in the wrong order shows it.
struct Join {
  std::string operator()(const std::string& a, const std::string& b) const {
    if (countdown != nullptr && --*countdown == 0) throw std::runtime_error("join");
    ++calls;
    return a + b;
  }
  int* countdown = nullptr;
  std::size_t& calls;
};

/// The window computed anew.
struct Anew {
  std::deque<std::pair<std::int64_t, std::string>> values;
  void evict(std::int64_t until) {
    while (!values.empty() && values.front().first <= until) values.pop_front();
  }
  [[nodiscard]] std::string total() const {
    return std::accumulate(values.begin(), values.end(), std::string(), [](std::string all, const auto& value) { return std::move(all) + value.second; });
  }
};

TEST_CASE("two_stacks: in lockstep with the window computed anew, with throws in between") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    std::size_t calls = 0;
    int countdown = 0;
    Join join{&countdown, calls};
    TwoStacks<std::string> stacks;
    Anew anew;
    const auto withThrows = [&](const auto& call) {
      for (;;) {
        countdown = random.below(3) == 0 ? 1 + static_cast<int>(random.below(3)) : 0;
        try {
          return call();
        } catch (const std::runtime_error&) {
        }
      }
    };
    for (std::int64_t time = 1; time <= 300; ++time) {
      if (random.below(3) != 0) {
        const std::string value(1, static_cast<char>('a' + random.below(26)));
        withThrows([&] { stacks.push(time, value, join); });
        anew.values.emplace_back(time, value);
        CHECK(stacks.endsWith(time));
      }
      const std::int64_t until = time - static_cast<std::int64_t>(random.below(20));
      withThrows([&] { stacks.evict(until, join); });
      anew.evict(until);
      REQUIRE(stacks.empty() == anew.values.empty());
      if (!stacks.empty()) REQUIRE(withThrows([&] { return stacks.total(join); }) == anew.total());
    }
  }
}

TEST_CASE("two_stacks: combinations a step do not grow with the window") {
  for (const int length : {10, 100, 1000}) {
    std::size_t calls = 0;
    const Join join{nullptr, calls};
    TwoStacks<std::string> stacks;
    for (std::int64_t time = 0; time < 5000; ++time) {
      stacks.evict(time - length, join);
      stacks.push(time, "", join);
      static_cast<void>(stacks.total(join));
    }
    CHECK(calls <= 3 * 5000);
  }
}

TEST_CASE("subtract_on_evict: in lockstep with a sum computed anew") {
  const auto add = [](long a, long b) { return a + b; };
  const auto subtract = [](long a, long b) { return a - b; };
  Random random(1);
  SubtractOnEvict<long> window;
  std::deque<long> values;
  for (std::int64_t time = 1; time <= 2000; ++time) {
    if (random.below(2) == 0) {
      values.push_back(random.between(-50, 50));
      window.push(time, values.back(), add);
      CHECK(window.reached(time));
      CHECK_FALSE(window.reached(time + 1));
    } else if (!values.empty()) {
      window.evict(values.front(), subtract, false);
      values.pop_front();
    }
    REQUIRE(window.count() == values.size());
    REQUIRE((window.total() == nullptr) == values.empty());
    if (!values.empty()) REQUIRE(*window.total() == std::accumulate(values.begin(), values.end(), 0L));
  }
}

TEST_CASE("subtract_on_evict: what stays of an emptied window, and forgetting") {
  const auto add = [](long a, long b) { return a + b; };
  const auto subtract = [](long a, long b) { return a - b; };
  SubtractOnEvict<long> window;
  window.push(1, 5, add);
  window.evict(5, subtract, true);
  REQUIRE(window.total() != nullptr);
  CHECK(*window.total() == 0);
  window.push(2, 7, add);
  window.forget();
  CHECK(window.total() == nullptr);
  CHECK(window.count() == 1);
  window.push(3, 1, add);
  CHECK(*window.total() == 1);
  window.evict(7, subtract, false);
  CHECK(*window.total() == -6);  // the user's filter dropped what was not neutral
}

}  // namespace
