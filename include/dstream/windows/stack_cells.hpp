// SPDX-License-Identifier: BSL-1.0
#pragma once
// StackCells: the array in which the two stacks of a window stand, how it grows, and how one stack becomes the other.

#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// Two stacks that grow towards each other in one array. The back's values stand in the first `end` cells, oldest first. The front's stand from cell
/// `front` on, oldest first, each combined with all younger ones of the front. While a turn is not finished, the first `turning` cells are the oldest
/// values, still to go to the front, and there is no back; `end` and `stop` are `front` then, so that the next call looks up.
/// Plain numbers: whoever holds them says who owns the array.
template <class Value>
struct StackCells {
  StackCells() = default;
  explicit StackCells(std::uint32_t count)
      : cells(static_cast<Value*>(::operator new(count * sizeof(Value), std::align_val_t{alignof(Value)}))), front(count), stop(count), capacity(count) {}

  [[nodiscard]] bool hasBack() const { return end != 0 && turning == 0; }

  template <class V>
  void pushBack(V&& value) {
    ::new (static_cast<void*>(cells + end)) Value(std::forward<V>(value));
    ++end;
  }
  template <class V>
  void pushFront(V&& value) {
    ::new (static_cast<void*>(cells + front - 1)) Value(std::forward<V>(value));
    --front;
  }
  /// Oldest first.
  template <class F>
  void each(const F& f) const {
    for (std::uint32_t i = 0; i < turning; ++i) f(cells[i]);
    for (std::uint32_t i = front; i < capacity; ++i) f(cells[i]);
    for (std::uint32_t i = 0; turning == 0 && i < end; ++i) f(cells[i]);
  }
  void release() const {
    if constexpr (!std::is_trivially_destructible_v<Value>) each([](Value& value) { value.~Value(); });
    if (cells != nullptr) ::operator delete(cells, std::align_val_t{alignof(Value)});
  }

  /// Twice the room. No turn may be under way.
  void grow();
  template <class Combine>
  [[gnu::noinline]] void makeRoom(const Combine& combine) {
    if (turning != 0) turn(combine);
    if (end == front) grow();
  }
  /// The back becomes the front: taken off from its end, combined, and put before the front.
  template <class Combine>
  [[gnu::noinline]] void turn(const Combine& combine);
  /// The oldest `left` values are still to go to the front.
  void interrupt(std::uint32_t left) {
    turning = left;
    end = stop = front;
  }

  Value* cells = nullptr;
  std::uint32_t end = 0;
  std::uint32_t front = 0;
  std::uint32_t stop = 0;  // where a pop finds no more front: the capacity
  std::uint32_t turning = 0;
  std::uint32_t capacity = 0;
};

/// Cells, and the array too.
template <class Value>
struct OwnStackCells : StackCells<Value> {
  using StackCells<Value>::StackCells;
  OwnStackCells(const OwnStackCells&) = delete;
  OwnStackCells& operator=(const OwnStackCells&) = delete;
  ~OwnStackCells() { this->release(); }
};

template <class Value>
void StackCells<Value>::grow() {
  OwnStackCells<Value> bigger(capacity == 0 ? 2 : 2 * capacity);
  for (std::uint32_t i = capacity; i > front; --i) bigger.pushFront(std::move_if_noexcept(cells[i - 1]));
  for (std::uint32_t i = 0; i < end; ++i) bigger.pushBack(std::move_if_noexcept(cells[i]));
  std::swap(*this, static_cast<StackCells&>(bigger));
}

/// `value` into the cell `to`, and the one in `from` goes. They may be the same cell, and `value` what is in it.
template <class Value>
void moveCell(Value* from, Value* to, Value&& value) {
  if (from != to) {
    ::new (static_cast<void*>(to)) Value(std::move(value));
    from->~Value();
  } else if (from != &value) {
    from->~Value();
    ::new (static_cast<void*>(to)) Value(std::move(value));
  }
}

/// As many fours of numbers as stand between `begin` and `from`: each is first combined in itself, so that of four combinations only one waits for the one before.
template <class Value, class Combine>
DSTREAM_INLINE void turnFours(const Value* begin, Value*& from, Value*& to, Value& combined, const Combine& combine) {
  for (; from - begin >= 4; from -= 4, to -= 4) {
    const Value two = combine(from[-2], from[-1]);
    const Value three = combine(from[-3], two);
    const Value four = combine(from[-4], three);
    const Value last = combine(from[-1], combined);
    const Value lastTwo = combine(two, combined);
    const Value lastThree = combine(three, combined);
    combined = combine(four, combined);
    to[-1] = last, to[-2] = lastTwo, to[-3] = lastThree, to[-4] = combined;
  }
}

template <class Value>
template <class Combine>
void StackCells<Value>::turn(const Combine& combine) {
  Value* from = cells + (turning == 0 ? end : turning);
  Value* to = cells + front;
  try {
    if (front == capacity) {
      moveCell(from - 1, to - 1, std::move(from[-1]));
      --from, --to;
    }
    if constexpr (std::is_trivially_copyable_v<Value> && std::is_copy_assignable_v<Value>) {
      Value combined = *to;  // in a register: read from the cell, each combination would wait for the store of the one before
      if constexpr (std::is_arithmetic_v<Value>) turnFours(cells, from, to, combined, combine);
      for (; from != cells; --from, --to) to[-1] = combined = combine(from[-1], combined);
    } else {
      for (; from != cells; --from, --to) moveCell(from - 1, to - 1, combine(from[-1], *to));
    }
  } catch (...) {
    front = static_cast<std::uint32_t>(to - cells);
    interrupt(static_cast<std::uint32_t>(from - cells));
    throw;
  }
  front = static_cast<std::uint32_t>(to - cells);
  stop = capacity;
  end = turning = 0;
}

}  // namespace dstream::inline v0::detail
