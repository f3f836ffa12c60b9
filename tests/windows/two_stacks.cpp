// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/two_stacks.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/windows/stack_cells.hpp>
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

/// Calls until nothing is thrown; one call in `oneIn` throws, at one of its first `most` combinations. Gives what the call does; `throws` counts.
template <class Call>
auto insist(Random& random, int& countdown, std::size_t& throws, std::uint64_t oneIn, std::uint64_t most, const Call& call) {
  for (;;) {
    countdown = random.below(oneIn) == 0 ? 1 + static_cast<int>(random.below(most)) : 0;
    try {
      return call();
    } catch (const std::runtime_error&) {
      ++throws;
    }
  }
}

/// A window beside the same computed anew.
struct Trial {
  explicit Trial(std::uint64_t seed) : random(seed) {}
  Random random;
  std::size_t calls = 0;
  int countdown = 0;
  Join join{&countdown, calls};
  TwoStacks<std::string> stacks;
  Anew anew;
};

TEST_CASE("two_stacks: in lockstep with the window computed anew, with throws in between") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Trial trial(seed);
    auto& [random, calls, countdown, join, stacks, anew] = trial;
    std::size_t throws = 0;
    const auto withThrows = [&, &source = random, &left = countdown](const auto& call) { return insist(source, left, throws, 3, 3, call); };
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
    CHECK(throws > 10);
  }
}

TEST_CASE("two_stacks: what is saved goes on, in the middle of a turn too") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Trial trial(seed);
    auto& [random, calls, countdown, join, stacks, anew] = trial;
    for (int step = 0; step < 200; ++step) {
      if (random.below(100) < (step < 100 ? 60U : 40U)) {
        anew.values.push_back(std::string(1, static_cast<char>('a' + random.below(26))));
        countdown = 0;
        stacks.push(anew.values.back(), join);
      } else if (!anew.values.empty()) {
        countdown = 1 + static_cast<int>(random.below(4));
        try {
          stacks.pop(join);
          anew.values.pop_front();
        } catch (const std::runtime_error&) {
        }
      }
      std::string bytes;
      stacks.save(bytes);
      std::string_view in = bytes;
      auto loaded = TwoStacks<std::string>::load(in);
      REQUIRE(in.empty());
      REQUIRE(loaded.empty() == anew.values.empty());
      std::string again;
      loaded.save(again);
      REQUIRE(again == bytes);
      countdown = 0;
      if (!anew.values.empty()) REQUIRE(loaded.total(join) == anew.total());
      if (random.below(2) == 0) stacks = std::move(loaded);
    }
  }
}

/// x -> m x + b, in the two halves of a number: done one after the other they are another such. Associative, not commutative.
std::uint64_t composed(std::uint64_t older, std::uint64_t younger) {
  const auto m = static_cast<std::uint32_t>(younger >> 32);
  const std::uint32_t multiplied = static_cast<std::uint32_t>(older >> 32) * m;
  return std::uint64_t{multiplied} << 32 | (static_cast<std::uint32_t>(older) * m + static_cast<std::uint32_t>(younger));
}

TEST_CASE("two_stacks: numbers, which turn four at a time, with throws in between, and saved in between") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    int countdown = 0;
    std::size_t throws = 0;
    const auto combine = [&](std::uint64_t older, std::uint64_t younger) {
      if (--countdown == 0) throw std::runtime_error("combine");
      return composed(older, younger);
    };
    TwoStacks<std::uint64_t> stacks;
    std::deque<std::uint64_t> anew;
    const auto withThrows = [&](const auto& call) { return insist(random, countdown, throws, 2, 12, call); };
    for (int step = 0; step < 600; ++step) {
      if (random.below(100) < (step < 300 ? 60U : 40U)) {
        const std::uint64_t value = random.below(1U << 30) << 32 | random.below(1U << 30);
        withThrows([&] { stacks.push(value, combine); });
        anew.push_back(value);
      } else if (!anew.empty()) {
        withThrows([&] { stacks.pop(combine); });
        anew.pop_front();
      }
      if (random.below(10) == 0) {
        std::string bytes;
        stacks.save(bytes);
        std::string_view in = bytes;
        stacks = TwoStacks<std::uint64_t>::load(in);
      }
      REQUIRE(stacks.empty() == anew.empty());
      if (!anew.empty()) REQUIRE(withThrows([&] { return stacks.total(combine); }) == std::accumulate(anew.begin() + 1, anew.end(), anew.front(), composed));
    }
    CHECK(throws > 10);
  }
}

TEST_CASE("two_stacks: bytes whose halves do not fit are refused") {
  const auto add = [](int a, int b) { return a + b; };
  TwoStacks<int> stacks;
  for (const int value : {1, 2, 3, 4}) stacks.push(value, add);
  stacks.pop(add);
  stacks.push(5, add);
  std::string bytes;
  stacks.save(bytes);
  for (std::size_t i = 0; i < 8; ++i) {  // the last two numbers: how many are the front, how many of those are to be turned
    std::string bad = bytes;
    bad[bad.size() - 1 - i] = static_cast<char>(bad[bad.size() - 1 - i] + 2);
    std::string_view in = bad;
    CHECK_THROWS_AS(TwoStacks<int>::load(in), dstream::DecodeError);
  }
  std::string_view in = bytes;
  CHECK(TwoStacks<int>::load(in).total(add) == 14);
}

struct alignas(64) Line {
  int value;
};

TEST_CASE("two_stacks: values of strict alignment, which cannot be assigned") {
  struct Constant {
    const int value;
  };
  const auto add = [](const auto& a, const auto& b) { return std::remove_cvref_t<decltype(a)>{a.value + b.value}; };
  TwoStacks<Line> lines;
  TwoStacks<Constant> constants;
  int sum = 0;
  for (int i = 0; i < 100; ++i) {
    if (i >= 20) {
      lines.pop([&](const Line& a, const Line& b) {
        CHECK(reinterpret_cast<std::uintptr_t>(&a) % 64 == 0);
        return add(a, b);
      });
      constants.pop(add);
      sum -= i - 20;
    }
    lines.push(Line{i}, add);
    constants.push(Constant{i}, add);
    sum += i;
    REQUIRE(lines.total(add).value == sum);
    REQUIRE(constants.total(add).value == sum);
  }
}

/// Throws when it is copied for the n-th time.
struct Copied {
  explicit Copied(int given) : value(given) {}
  Copied(const Copied& other) : value(other.value) {
    if (--countdown == 0) throw std::runtime_error("copy");
  }
  Copied(Copied&&) noexcept = default;
  Copied& operator=(const Copied&) = default;
  Copied& operator=(Copied&&) noexcept = default;
  ~Copied() = default;
  int value;
  static inline int countdown = 0;
};

TEST_CASE("two_stacks: a copy that throws changes nothing") {
  const auto add = [](const Copied& a, const Copied& b) { return Copied(a.value + b.value); };
  for (int nth = 1; nth <= 12; ++nth) {
    TwoStacks<Copied> stacks;
    Copied::countdown = 0;
    for (int i = 0; i < 4; ++i) stacks.push(Copied(i), add);
    stacks.pop(add);
    stacks.push(Copied(4), add);  // three in the front, one behind them: it is full
    Copied::countdown = nth;
    try {
      stacks.push(Copied(5), add);
      Copied::countdown = 0;
      CHECK(stacks.total(add).value == 15);
      stacks.pop(add);
      CHECK(stacks.total(add).value == 14);
    } catch (const std::runtime_error&) {
      Copied::countdown = 0;
      CHECK(stacks.total(add).value == 10);
      for (int left = 10, i = 1; i < 4; ++i) {
        stacks.pop(add);
        CHECK(stacks.total(add).value == (left -= i));
      }
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
