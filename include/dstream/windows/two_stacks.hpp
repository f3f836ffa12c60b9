// SPDX-License-Identifier: BSL-1.0
#pragma once
// TwoStacks: the combination of a first-in-first-out window, for functions without an inverse.

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0::detail {

/// **card** order: first in, first out; the older is combined first. Algebra: associative, nothing else. Time: O(1) combinations a step,
/// amortised; each value is combined at most three times, and one step in a window's length combines all of them. Space: one
/// combination, five numbers, and in an array of their own places for at most twice the most values there ever were at a time; none before the first
/// push. Source: the queue of two stacks, in the names of Tangwongsan, Hirzel, Schneider and Wu, "General incremental sliding-window aggregation",
/// VLDB 2015; both stacks stand in one array and grow towards each other.
/// **errors** what combine throws; nothing is lost then, and the next call goes on where this one stopped. std::bad_alloc, and what a copy throws;
/// nothing has changed then. Moving a value may not throw.
template <class Value>
class TwoStacks {
 public:
  static constexpr const char* algorithm = "two stacks";

  TwoStacks() = default;
  TwoStacks(TwoStacks&& other) noexcept {
    if (other.back_) back_.emplace(*std::move(other.back_));
    other.back_.reset();
    swapCells(other);
  }
  TwoStacks& operator=(TwoStacks&& other) noexcept {
    if (this == &other) return *this;
    this->~TwoStacks();
    return *::new (static_cast<void*>(this)) TwoStacks(std::move(other));
  }
  ~TwoStacks() {
    each([](Value& value) { value.~Value(); });
    if (cells_ != nullptr) ::operator delete(cells_, std::align_val_t{alignof(Value)});
  }

  [[nodiscard]] bool empty() const { return end_ == 0 && front_ == capacity_; }

  /// A value younger than all. `combine(older, younger)` gives a new value and leaves both.
  template <class Combine>
  void push(const Value& value, const Combine& combine) {
    if (end_ == front_) [[unlikely]] makeRoom(combine);
    if (end_ == 0) [[unlikely]] return pushFirst(value);
    Value back = combine(*back_, value);
    pushBack(value);
    back_.emplace(std::move(back));
  }

  /// Takes out the oldest value. The window may not be empty.
  template <class Combine>
  void pop(const Combine& combine) {
    if (front_ == stop_) [[unlikely]] turn(combine);
    cells_[front_++].~Value();
  }

  /// The combination of all, oldest first. The window may not be empty.
  template <class Combine>
  [[nodiscard]] Value total(const Combine& combine) {
    if (end_ == 0) [[unlikely]] return cells_[front_];
    if (front_ == stop_) [[unlikely]] return rest(combine);
    return combine(cells_[front_], *back_);
  }

  /// Asks for the memory that the next call touches.
  void prefetch() const {
    __builtin_prefetch(cells_ + front_);
    __builtin_prefetch(cells_ + end_);
  }

  void save(std::string& out) {
    std::size_t count = 0;
    each([&](const Value&) { ++count; });
    putSize(count, out);
    if (count == 0) return;
    each([&](const Value& value) { Codec<Value>::encode(value, out); });
    Codec<std::optional<Value>>::encode(back_, out);
    putNumber(turning_ + capacity_ - front_, out);
    putNumber(turning_, out);
  }
  static TwoStacks load(std::string_view& in) {
    const std::size_t count = takeCount(in);
    return count == 0 ? TwoStacks() : loadSome(count, in);
  }

 private:
  explicit TwoStacks(std::uint32_t capacity)
      : cells_(static_cast<Value*>(::operator new(capacity * sizeof(Value), std::align_val_t{alignof(Value)}))),
        front_(capacity),
        stop_(capacity),
        capacity_(capacity) {}

  /// All but the combination of the back.
  void swapCells(TwoStacks& other) noexcept {
    std::swap(cells_, other.cells_);
    std::swap(end_, other.end_);
    std::swap(front_, other.front_);
    std::swap(stop_, other.stop_);
    std::swap(turning_, other.turning_);
    std::swap(capacity_, other.capacity_);
  }

  static TwoStacks loadSome(std::size_t count, std::string_view& in) {
    TwoStacks values;  // all of them as if they were the back
    for (std::size_t i = 0; i < count; ++i) {
      if (values.end_ == values.front_) values.grow();
      values.pushBack(Codec<Value>::decode(in));
    }
    TwoStacks loaded(values.capacity_);
    if (auto back = Codec<std::optional<Value>>::decode(in)) loaded.back_.emplace(*std::move(back));
    const auto front = takeNumber<std::uint32_t>(in);
    const auto turning = takeNumber<std::uint32_t>(in);
    const bool fits = front <= count && loaded.back_.has_value() == (front < count) && (turning == 0 || (turning <= front && front == count));
    if (!fits) throw DecodeError("dstream: decode: a window whose halves do not fit");
    for (std::uint32_t i = front; i > turning; --i) loaded.pushFront(std::move(values.cells_[i - 1]));
    for (std::uint32_t i = 0; i < turning; ++i) loaded.pushBack(std::move(values.cells_[i]));
    for (std::size_t i = front; i < count; ++i) loaded.pushBack(std::move(values.cells_[i]));
    if (turning != 0) loaded.interrupted(turning);
    return loaded;
  }

  template <class V>
  void pushBack(V&& value) {
    ::new (static_cast<void*>(cells_ + end_)) Value(std::forward<V>(value));
    ++end_;
  }
  void pushFirst(const Value& value) {
    Value back = value;
    pushBack(value);
    back_.emplace(std::move(back));
  }
  template <class V>
  void pushFront(V&& value) {
    ::new (static_cast<void*>(cells_ + front_ - 1)) Value(std::forward<V>(value));
    --front_;
  }

  /// Oldest first.
  template <class F>
  void each(const F& f) {
    for (std::uint32_t i = 0; i < turning_; ++i) f(cells_[i]);
    for (std::uint32_t i = front_; i < capacity_; ++i) f(cells_[i]);
    for (std::uint32_t i = 0; turning_ == 0 && i < end_; ++i) f(cells_[i]);
  }

  /// Twice the room. No turn may be under way.
  void grow() {
    TwoStacks bigger(capacity_ == 0 ? 2 : 2 * capacity_);
    for (std::uint32_t i = capacity_; i > front_; --i) bigger.pushFront(std::move_if_noexcept(cells_[i - 1]));
    for (std::uint32_t i = 0; i < end_; ++i) bigger.pushBack(std::move_if_noexcept(cells_[i]));
    swapCells(bigger);
  }
  template <class Combine>
  [[gnu::noinline]] void makeRoom(const Combine& combine) {
    if (turning_ != 0) turn(combine);
    if (end_ == front_) grow();
  }
  template <class Combine>
  [[gnu::noinline]] Value rest(const Combine& combine) {
    if (turning_ == 0) return *back_;
    turn(combine);
    return cells_[front_];
  }

  /// The back becomes the front: taken off from its end, combined, and put before the front.
  template <class Combine>
  [[gnu::noinline]] void turn(const Combine& combine) {
    Value* from = cells_ + (turning_ == 0 ? end_ : turning_);
    Value* to = cells_ + front_;
    back_.reset();
    try {
      if (front_ == capacity_) {
        replace(from - 1, to - 1, std::move(from[-1]));
        --from, --to;
      }
      if constexpr (std::is_trivially_copyable_v<Value> && std::is_copy_assignable_v<Value>) {
        Value combined = *to;  // in a register: read from the cell, each combination would wait for the store of the one before
        for (; from != cells_; --from, --to) {
          combined = combine(from[-1], combined);
          to[-1] = combined;
        }
      } else {
        for (; from != cells_; --from, --to) replace(from - 1, to - 1, combine(from[-1], *to));
      }
    } catch (...) {
      front_ = static_cast<std::uint32_t>(to - cells_);
      interrupted(static_cast<std::uint32_t>(from - cells_));
      throw;
    }
    front_ = static_cast<std::uint32_t>(to - cells_);
    stop_ = capacity_;
    end_ = turning_ = 0;
  }
  /// `value` into the cell `to`, and the one in `from` goes. They may be the same cell, and `value` what is in it.
  static void replace(Value* from, Value* to, Value&& value) {
    if (from != to) {
      ::new (static_cast<void*>(to)) Value(std::move(value));
      from->~Value();
    } else if (from != &value) {
      from->~Value();
      ::new (static_cast<void*>(to)) Value(std::move(value));
    }
  }
  /// The oldest `turning` values are still to go to the front.
  void interrupted(std::uint32_t turning) {
    turning_ = turning;
    end_ = stop_ = front_;
  }

  // The back's values stand in the first `end_` cells, oldest first; `back_` is their combination, if there are any. The front's stand from cell
  // `front_` on, oldest first, each combined with all younger ones of the front. While a turn is not finished, the first `turning_` cells are the
  // oldest values, still to go to the front, and there is no back; `end_` and `stop_` are `front_` then, so that the next call looks up.
  Value* cells_ = nullptr;
  std::uint32_t end_ = 0;
  std::uint32_t front_ = 0;
  std::uint32_t stop_ = 0;  // where a pop finds no more front: the capacity
  std::uint32_t turning_ = 0;
  std::uint32_t capacity_ = 0;
  std::optional<Value> back_;
};

}  // namespace dstream::inline v0::detail
