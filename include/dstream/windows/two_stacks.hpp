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
#include <dstream/windows/stack_cells.hpp>

namespace dstream::inline v0::detail {

/// **card** order: first in, first out; the older is combined first. Algebra: associative, nothing else. Time: O(1) combinations a step,
/// amortised; each value is combined at most three times, a number four, and one step in a window's length combines all of them. Space: one
/// combination, five numbers, and in an array of their own places for at most twice the most values there ever were at a time; none before the first
/// push. Source: the queue of two stacks, in the names of Tangwongsan, Hirzel, Schneider and Wu, "General incremental sliding-window aggregation",
/// VLDB 2015; both stacks stand in one array.
/// **errors** what combine throws; nothing is lost then, and the next call goes on where this one stopped. std::bad_alloc, and what a copy throws;
/// nothing has changed then. Moving a value may not throw.
template <class Value>
class TwoStacks {
 public:
  static constexpr const char* algorithm = "two stacks";

  TwoStacks() noexcept {
    // Not a value yet; but g++ cannot tell when it is one, and would warn in the user's program that it may be used before it is set.
    __builtin_memset(static_cast<void*>(__builtin_addressof(back_)), 0, sizeof(Value));
  }
  TwoStacks(TwoStacks&& other) noexcept : at_(other.at_) {
    if (at_.hasBack()) {
      setBack(std::move(other.back_));
      other.back_.~Value();
    }
    other.at_ = {};
  }
  TwoStacks& operator=(TwoStacks&& other) noexcept {
    if (this == &other) return *this;
    this->~TwoStacks();
    return *::new (static_cast<void*>(this)) TwoStacks(std::move(other));
  }
  ~TwoStacks() {
    if (at_.hasBack()) back_.~Value();
    at_.release();
  }

  [[nodiscard]] bool empty() const { return at_.end == 0 && at_.front == at_.capacity; }

  /// A value younger than all. `combine(older, younger)` gives a new value and leaves both.
  template <class Combine>
  DSTREAM_INLINE void push(const Value& value, const Combine& combine) {
    if (at_.end == at_.front) [[unlikely]] aside([&](StackCells<Value>& cells) { cells.makeRoom(combine); });
    if (at_.end == 0) [[unlikely]] return pushFirst(value);
    Value back = combine(back_, value);
    at_.pushBack(value);
    if (at_.end == 0) __builtin_unreachable();  // so a total that follows need not ask
    back_.~Value();
    setBack(std::move(back));
  }

  /// Takes out the oldest value. The window may not be empty.
  template <class Combine>
  DSTREAM_INLINE void pop(const Combine& combine) {
    if (at_.front == at_.stop) [[unlikely]] turn(combine);
    at_.cells[at_.front++].~Value();
  }

  /// The combination of all, oldest first. The window may not be empty.
  template <class Combine>
  [[nodiscard]] DSTREAM_INLINE Value total(const Combine& combine) {
    if (at_.end == 0) [[unlikely]] return at_.cells[at_.front];
    if (at_.front == at_.stop) [[unlikely]] {
      if (at_.hasBack()) return back_;
      turn(combine);
      return at_.cells[at_.front];
    }
    return combine(at_.cells[at_.front], back_);
  }

  /// The combination of all but the oldest; none where there is no other. What throws has changed nothing that a next call would see, and a pop
  /// that follows does not throw.
  template <class Combine>
  [[nodiscard]] DSTREAM_INLINE std::optional<Value> totalBehindOldest(const Combine& combine) {
    if (at_.front == at_.stop) [[unlikely]] turn(combine);
    const std::uint32_t next = at_.front + 1;
    if (next == at_.stop) return at_.hasBack() ? std::optional<Value>(back_) : std::optional<Value>();
    if (at_.end == 0) return at_.cells[next];
    return combine(at_.cells[next], back_);
  }

  /// Asks for the memory that the next call touches.
  void prefetch() const {
    __builtin_prefetch(at_.cells + at_.front);
    __builtin_prefetch(at_.cells + at_.end);
  }

  void save(std::string& out) const {
    std::size_t count = 0;
    at_.each([&](const Value&) { ++count; });
    putSize(count, out);
    if (count == 0) return;
    at_.each([&](const Value& value) { Codec<Value>::encode(value, out); });
    putNumber(static_cast<unsigned char>(at_.hasBack()), out);
    if (at_.hasBack()) Codec<Value>::encode(back_, out);
    putNumber(at_.turning + at_.capacity - at_.front, out);
    putNumber(at_.turning, out);
  }
  static TwoStacks load(std::string_view& in) {
    TwoStacks loaded;
    if (const std::size_t count = takeCount(in); count != 0) loaded.loadSome(count, in);
    return loaded;
  }

 private:
  void loadSome(std::size_t count, std::string_view& in) {
    OwnStackCells<Value> values;  // all of them as if they were the back
    for (std::size_t i = 0; i < count; ++i) {
      if (values.end == values.front) values.grow();
      values.pushBack(Codec<Value>::decode(in));
    }
    auto back = Codec<std::optional<Value>>::decode(in);
    const auto front = takeNumber<std::uint32_t>(in);
    const auto turning = takeNumber<std::uint32_t>(in);
    const bool fits = front <= count && back.has_value() == (front < count) && (turning == 0 || (turning <= front && front == count));
    if (!fits) throw DecodeError("dstream: decode: a window whose halves do not fit");
    OwnStackCells<Value> cells(values.capacity);
    for (std::uint32_t i = front; i > turning; --i) cells.pushFront(std::move(values.cells[i - 1]));
    for (std::uint32_t i = 0; i < turning; ++i) cells.pushBack(std::move(values.cells[i]));
    for (std::size_t i = front; i < count; ++i) cells.pushBack(std::move(values.cells[i]));
    if (turning != 0) cells.interrupt(turning);
    std::swap(at_, static_cast<StackCells<Value>&>(cells));
    if (back) setBack(*std::move(back));
  }

  void setBack(Value&& back) { ::new (static_cast<void*>(__builtin_addressof(back_))) Value(std::move(back)); }

  void pushFirst(const Value& value) {
    Value back = value;
    at_.pushBack(value);
    setBack(std::move(back));
  }
  template <class Combine>
  DSTREAM_INLINE void turn(const Combine& combine) {
    if (at_.hasBack()) back_.~Value();
    aside([&](StackCells<Value>& cells) { cells.turn(combine); });
  }
  /// What seldom happens, on a copy whose address may leave: so a loop of steps can keep its window's numbers in registers.
  template <class F>
  DSTREAM_INLINE void aside(const F& f) {
    StackCells<Value> away = at_;
    try {
      f(away);
    } catch (...) {
      at_ = away;
      throw;
    }
    at_ = away;
  }

  StackCells<Value> at_;
  union {
    Value back_;  // the combination of the back, while it has values
  };
};

}  // namespace dstream::inline v0::detail
