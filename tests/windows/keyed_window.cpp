// SPDX-License-Identifier: BSL-1.0
#include <dstream/windows/keyed_window.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using Pair = std::pair<std::string, int>;
using Pairs = std::vector<Pair>;

/// What is shown is how many values there are; each must leave with the number it came with.
class Counted {
 public:
  struct Functions {
    int* countdown;
    int* failures;
    void mayThrow() const {
      if (--*countdown == 0) throw std::runtime_error("counted");
    }
  };
  using Leaving = int;
  static Leaving leaving(int value) { return value; }

  Counted(int value, const Functions& functions) { push(value, functions); }

  void push(int value, const Functions& functions) {
    functions.mayThrow();
    values_.push_back(value);
    ++count_;
  }
  bool evict(int value, const Functions& functions) {
    functions.mayThrow();
    if (values_.empty() || values_.front() != value) ++*functions.failures;
    values_.pop_front();
    return --count_ != 0;
  }
  bool forget() {
    hidden_ = true;
    return true;
  }
  [[nodiscard]] const int* shown() const { return hidden_ ? nullptr : &count_; }

 private:
  std::deque<int> values_;
  int count_ = 0;
  bool hidden_ = false;
};

template <class Data>
Pairs sorted(const Data& data) {
  Pairs pairs;
  auto step = [](Pairs* into, const auto& record) {
    into->emplace_back(std::string(record.first), record.second);
    return into;
  };
  for (std::size_t part = 0; part < data.partitions(); ++part) static_cast<void>(data.fold(Slice{part}, &pairs, step));
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

TEST_CASE("keyed_window: in lockstep with a plain count, whatever throws in between; each value leaves once, and in turn") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    support::Random random(seed);
    int countdown = 0;
    int failures = 0;
    detail::KeyedWindow<std::string, int, Counted> window({&countdown, &failures});
    std::deque<std::pair<std::int64_t, Pairs>> model;
    const auto untilDone = [&](const auto& call) {
      for (;;) {
        countdown = static_cast<int>(random.below(6));
        try {
          return call();
        } catch (const std::runtime_error&) {
        }
      }
    };
    for (std::int64_t time = 1; time <= 100; ++time) {
      const std::int64_t until = time - 7;
      untilDone([&] { window.evict({until}, RunnerRef{}); });
      while (!model.empty() && model.front().first <= until) model.pop_front();

      Pairs batch;
      for (char c = 'a'; c < 'k'; ++c)
        if (random.below(3) == 0) batch.emplace_back(std::string(1, c), static_cast<int>(random.below(100)));
      auto rdd = batch | reduceByKey([](int, int b) { return b; });
      rdd.prepare(RunnerRef{});
      if (random.below(10) == 0) {  // its push never succeeds
        countdown = 1;
        if (!batch.empty()) CHECK_THROWS_AS(window.push({time}, rdd, RunnerRef{}), std::runtime_error);
        continue;
      }
      untilDone([&] { window.push({time}, rdd, RunnerRef{}); });
      model.emplace_back(time, batch);

      std::map<std::string, int> counts;
      for (const auto& [at, pairs] : model)
        for (const auto& [key, value] : pairs) ++counts[key];
      REQUIRE(sorted(window.result()) == Pairs(counts.begin(), counts.end()));
    }
    CHECK(failures == 0);
  }
}

TEST_CASE("keyed_window: what a filter drops is not shown, and still leaves") {
  int countdown = 0;
  int failures = 0;
  const auto few = [](const auto& pair) { return pair.second < 2; };
  detail::KeyedWindow<std::string, int, Counted, decltype(few)> window({&countdown, &failures}, few);
  for (std::int64_t time = 1; time <= 3; ++time) {
    const Pairs batch{{"a", 1}, {std::string(static_cast<std::size_t>(time), 'b'), 2}};
    auto rdd = batch | reduceByKey(plus);
    rdd.prepare(RunnerRef{});
    window.push({time}, rdd, RunnerRef{});
    static_cast<void>(window.result());
  }
  CHECK(sorted(window.result()) == Pairs{{"b", 1}, {"bb", 1}, {"bbb", 1}});
  window.evict({2}, RunnerRef{});
  CHECK(sorted(window.result()) == Pairs{{"bbb", 1}});
  window.evict({3}, RunnerRef{});
  CHECK(sorted(window.result()) == Pairs{});
  CHECK(failures == 0);
}

TEST_CASE("keyed_window: the same in another number of partitions, as after a restart; what was shown stays, and each value leaves once") {
  int countdown = 0;
  int failures = 0;
  detail::KeyedWindow<std::string, int, Counted> window({&countdown, &failures});
  const auto push = [&](std::int64_t time, std::size_t partitions, const Pairs& batch) {
    auto rdd = batch | reduceByKey(plus, partitions);
    rdd.prepare(RunnerRef{});
    window.push({time}, rdd, RunnerRef{});
  };
  push(1, 4, {{"a", 1}, {"b", 2}, {"c", 3}});
  push(2, 4, {{"a", 4}, {"d", 5}});
  const auto before = window.result();
  push(3, 7, {{"b", 7}, {"e", 8}});
  CHECK(before.partitions() == 4);
  CHECK(sorted(before) == Pairs{{"a", 2}, {"b", 1}, {"c", 1}, {"d", 1}});
  CHECK(window.result().partitions() == 7);
  CHECK(sorted(window.result()) == Pairs{{"a", 2}, {"b", 2}, {"c", 1}, {"d", 1}, {"e", 1}});
  window.evict({1}, RunnerRef{});
  CHECK(sorted(window.result()) == Pairs{{"a", 1}, {"b", 1}, {"d", 1}, {"e", 1}});
  push(4, 1, {{"a", 9}});
  window.evict({3}, RunnerRef{});
  CHECK(sorted(window.result()) == Pairs{{"a", 1}});
  CHECK(failures == 0);
}

}  // namespace
