// SPDX-License-Identifier: BSL-1.0
#include <deque>
#include <limits>
#include <unordered_map>

#include "keyed_windows/contenders.hpp"

namespace bench {

namespace {

constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
using Table = std::unordered_map<std::int64_t, std::int64_t>;

template <class Fn>
Table reduced(const Records& batch, const Fn& fn) {
  Table table;
  table.reserve(batch.size());
  for (const auto& [key, value] : batch) {
    const auto [at, isNew] = table.try_emplace(key, value);
    if (!isNew) at->second = fn(at->second, value);
  }
  return table;
}

/// One key's two stacks. Each of its values is one batch's, so they leave in turn without labels.
class Stacks {
 public:
  void push(std::int64_t value) {
    back_.push_back(value);
    backLargest_ = larger(backLargest_, value);
  }
  void pop() {
    if (front_.empty()) turn();
    front_.pop_back();
  }
  [[nodiscard]] bool empty() const { return front_.empty() && back_.empty(); }
  [[nodiscard]] std::int64_t largest() const {
    return front_.empty() ? backLargest_ : larger(front_.back(), backLargest_);
  }

 private:
  void turn() {
    std::int64_t largest = least;
    for (; !back_.empty(); back_.pop_back()) {
      largest = larger(back_.back(), largest);
      front_.push_back(largest);
    }
    backLargest_ = least;
  }

  std::vector<std::int64_t> front_;
  std::vector<std::int64_t> back_;
  std::int64_t backLargest_ = least;
};

}  // namespace

Contender<Records> handLargest(std::size_t slides) {
  struct State {
    std::unordered_map<std::int64_t, Stacks> keys;
    std::deque<std::vector<std::int64_t>> batches;  // the keys of each
  };
  return [slides, state = std::make_shared<State>()](const Records& batch) {
    if (state->batches.size() == slides) {
      for (const std::int64_t key : state->batches.front()) {
        const auto at = state->keys.find(key);
        at->second.pop();
        if (at->second.empty()) state->keys.erase(at);
      }
      state->batches.pop_front();
    }
    std::vector<std::int64_t> keys;
    for (const auto& [key, value] : reduced(batch, larger)) {
      state->keys[key].push(value);
      keys.push_back(key);
    }
    state->batches.push_back(std::move(keys));
    std::uint64_t digest = 0;
    for (const auto& [key, stacks] : state->keys) digest += digestOf(key, stacks.largest());
    return digest;
  };
}

Contender<Records> handSums(std::size_t slides) {
  struct Sum {
    std::int64_t sum = 0;
    std::size_t count = 0;
  };
  struct State {
    std::unordered_map<std::int64_t, Sum> keys;
    std::deque<Table> batches;
  };
  return [slides, state = std::make_shared<State>()](const Records& batch) {
    if (state->batches.size() == slides) {
      for (const auto& [key, value] : state->batches.front()) {
        const auto at = state->keys.find(key);
        at->second.sum -= value;
        if (--at->second.count == 0) state->keys.erase(at);
      }
      state->batches.pop_front();
    }
    state->batches.push_back(reduced(batch, [](std::int64_t a, std::int64_t b) { return a + b; }));
    for (const auto& [key, value] : state->batches.back()) {
      Sum& sum = state->keys[key];
      sum.sum += value;
      ++sum.count;
    }
    std::uint64_t digest = 0;
    for (const auto& [key, sum] : state->keys) digest += digestOf(key, sum.sum);
    return digest;
  };
}

/// Each batch reduced once; those of the window combined at each slide.
Contender<Records> handLargestAnew(std::size_t slides) {
  return [slides, batches = std::make_shared<std::deque<Records>>()](const Records& batch) {
    const Table table = reduced(batch, larger);
    if (batches->size() == slides) batches->pop_front();
    batches->emplace_back(table.begin(), table.end());
    Table all;
    for (const Records& records : *batches)
      for (const auto& [key, value] : records) {
        const auto [at, isNew] = all.try_emplace(key, value);
        if (!isNew) at->second = larger(at->second, value);
      }
    std::uint64_t digest = 0;
    for (const auto& [key, value] : all) digest += digestOf(key, value);
    return digest;
  };
}

}  // namespace bench
