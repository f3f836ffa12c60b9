// SPDX-License-Identifier: BSL-1.0
#pragma once
// TwoStacks: the combination of a first-in-first-out window, for functions without an inverse.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/stream/persistent.hpp>
#include <dstream/windows/ring.hpp>

namespace dstream::inline v0::detail {

/// **card** order: first in, first out; the older is combined first. Algebra: associative, nothing else. Time: O(1) combinations a step,
/// amortised; each value is combined at most three times, and one step in a window's length combines all of them. Space: a place per value in
/// the window, at most two, and one combination. Source: the queue of two stacks, in the names of Tangwongsan, Hirzel, Schneider and Wu, "General
/// incremental sliding-window aggregation", VLDB 2015; both stacks stand in one ring, so turning the back into the front moves nothing.
/// **errors** what combine throws; nothing is lost then, and the next call goes on where this one stopped.
template <class Value>
class TwoStacks {
 public:
  static constexpr const char* algorithm = "two stacks";

  [[nodiscard]] bool empty() const { return ring_.size() == 0; }

  /// A value younger than all. `combine(older, younger)` gives a new value and leaves both.
  template <class Combine>
  void push(const Value& value, const Combine& combine) {
    ring_.makeRoom();
    Stacks& stacks = ring_.head();
    Value back = stacks.back ? combine(*stacks.back, value) : value;
    ring_.push(value);
    stacks.back.emplace(std::move(back));
  }

  /// Takes out the oldest value. The window may not be empty.
  template <class Combine>
  void pop(const Combine& combine) {
    Stacks& stacks = ring_.head();
    if (stacks.front == 0) {
      stacks.front = static_cast<std::uint32_t>(ring_.size());
      stacks.turning = stacks.front - 1;
      stacks.back.reset();
    }
    finishTurn(combine);
    ring_.pop();
    --stacks.front;
  }

  /// The combination of all, oldest first. The window may not be empty.
  template <class Combine>
  [[nodiscard]] Value total(const Combine& combine) {
    finishTurn(combine);
    const Stacks& stacks = ring_.head();
    if (stacks.front == 0) return *stacks.back;
    if (!stacks.back) return ring_[0];
    return combine(ring_[0], *stacks.back);
  }

  void save(std::string& out) {
    putSize(ring_.size(), out);
    if (empty()) return;
    for (std::size_t i = 0; i < ring_.size(); ++i) Codec<Value>::encode(ring_[i], out);
    Codec<std::optional<Value>>::encode(ring_.head().back, out);
    putNumber(ring_.head().front, out);
    putNumber(ring_.head().turning, out);
  }
  static TwoStacks load(std::string_view& in) {
    TwoStacks loaded;
    const std::size_t count = takeCount(in);
    if (count == 0) return loaded;
    for (std::size_t i = 0; i < count; ++i) {
      loaded.ring_.makeRoom();
      loaded.ring_.push(Codec<Value>::decode(in));
    }
    Stacks& stacks = loaded.ring_.head();
    if (auto back = Codec<std::optional<Value>>::decode(in)) stacks.back.emplace(*std::move(back));
    stacks.front = takeNumber<std::uint32_t>(in);
    stacks.turning = takeNumber<std::uint32_t>(in);
    const bool fits = stacks.front <= count && (stacks.turning < stacks.front || stacks.turning == 0) && stacks.back.has_value() == (stacks.front < count);
    if (!fits) throw DecodeError("dstream: decode: a window whose halves do not fit");
    return loaded;
  }

 private:
  /// The oldest `front` values are the front, each combined with all younger ones of the front, except that the oldest `turning` of them are
  /// still to be. The others are the back.
  struct Stacks {
    std::optional<Value> back;  // their combination
    std::uint32_t front = 0;
    std::uint32_t turning = 0;
  };

  template <class Combine>
  void finishTurn(const Combine& combine) {
    for (std::uint32_t& turning = ring_.head().turning; turning > 0; --turning) {
      Value& value = ring_[turning - 1];
      value = combine(value, ring_[turning]);
    }
  }

  Ring<Value, Stacks> ring_;
};

}  // namespace dstream::inline v0::detail
