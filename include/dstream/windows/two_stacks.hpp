// SPDX-License-Identifier: BSL-1.0
#pragma once
// TwoStacks: the combination of a first-in-first-out window, for functions without an inverse.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// **card** order: first in, first out; the older is combined first. Algebra: associative, nothing else. Time: O(1) combinations a step,
/// amortised; each value is combined at most three times, and one step in a window's length combines all of them. Space: at most two entries
/// per value in the window. Source: the queue of two stacks, in the names of Tangwongsan, Hirzel, Schneider and Wu, "General incremental
/// sliding-window aggregation", VLDB 2015; both stacks stand in one array, so turning the back into the front moves nothing.
/// **errors** what combine throws; nothing is lost then, and the next call goes on where this one stopped.
template <class Value>
class TwoStacks {
 public:
  static constexpr const char* algorithm = "two stacks";

  [[nodiscard]] bool empty() const { return head_ == entries_.size(); }
  /// Whether the youngest value has this label.
  [[nodiscard]] bool endsWith(std::int64_t time) const { return !empty() && entries_.back().time == time; }

  /// A value younger than all. `combine(older, younger)` gives a new value and leaves both.
  template <class Combine>
  void push(std::int64_t time, const Value& value, const Combine& combine) {
    Value total = backTotal_ ? combine(*backTotal_, value) : value;
    entries_.push_back({time, value});
    backTotal_.emplace(std::move(total));
  }

  /// Takes out the values with labels up to `until`.
  template <class Combine>
  void evict(std::int64_t until, const Combine& combine) {
    while (!empty() && entries_[head_].time <= until) {
      if (head_ == middle_) turn();
      finishTurn(combine);
      ++head_;
    }
    if (head_ < entries_.size() - head_) return;
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    middle_ -= head_;
    head_ = 0;
  }

  /// The combination of all, oldest first. The window may not be empty.
  template <class Combine>
  [[nodiscard]] Value total(const Combine& combine) {
    finishTurn(combine);
    if (head_ == middle_) return *backTotal_;
    if (!backTotal_) return entries_[head_].value;
    return combine(entries_[head_].value, *backTotal_);
  }

 private:
  struct Entry {
    std::int64_t time;
    Value value;
  };

  void turn() {
    middle_ = entries_.size();
    turning_ = middle_ - head_ - 1;
    backTotal_.reset();
  }
  template <class Combine>
  void finishTurn(const Combine& combine) {
    for (; turning_ > 0; --turning_) {
      Entry& entry = entries_[head_ + turning_ - 1];
      entry.value = combine(entry.value, entries_[head_ + turning_].value);
    }
  }

  // [0, head_) is gone; [head_, middle_) is the front, each value combined with all younger ones of the front, except that the oldest
  // `turning_` of them are still to be; the rest is the back.
  std::vector<Entry> entries_;
  std::size_t head_ = 0;
  std::size_t middle_ = 0;
  std::size_t turning_ = 0;
  std::optional<Value> backTotal_;
};

}  // namespace dstream::inline v0::detail
