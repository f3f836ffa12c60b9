// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/two_stacks.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <stdexcept>
#include <string>

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
  std::deque<std::string> values;
  [[nodiscard]] std::string total() const { return std::accumulate(values.begin(), values.end(), std::string()); }
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
    for (int step = 0; step < 400; ++step) {
      if (random.below(100) < (step < 200 ? 60U : 40U)) {  // first it grows, then it shrinks
        const std::string value(1, static_cast<char>('a' + random.below(26)));
        withThrows([&] { stacks.push(value, join); });
        anew.values.push_back(value);
      } else if (!anew.values.empty()) {
        withThrows([&] { stacks.pop(join); });
        anew.values.pop_front();
      }
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
    for (int step = 0; step < 5000; ++step) {
      if (step >= length) stacks.pop(join);
      stacks.push("", join);
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
  for (int step = 0; step < 2000; ++step) {
    if (random.below(2) == 0) {
      values.push_back(random.between(-50, 50));
      window.push(values.back(), add);
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
  window.push(5, add);
  window.evict(5, subtract, true);
  REQUIRE(window.total() != nullptr);
  CHECK(*window.total() == 0);
  window.push(7, add);
  window.forget();
  CHECK(window.total() == nullptr);
  CHECK(window.count() == 1);
  window.push(1, add);
  CHECK(*window.total() == 1);
  window.evict(7, subtract, false);
  CHECK(*window.total() == -6);  // the user's filter dropped what was not neutral
}

}  // namespace
