// SPDX-License-Identifier: BSL-1.0
#pragma once
// Ring: values that leave in the order in which they came, and a head beside them, in one allocation.

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// **meaning** a queue of values in an array of a power of two, and one Head. It is one pointer wide, for tables that have one per key.
/// **kept** the head, three numbers, and room for at most twice the most values there ever were at a time; nothing before the first makeRoom.
/// **errors** std::bad_alloc, and what a copy of a value throws; nothing has changed then.
template <class Value, class Head>
class Ring {
 public:
  Ring() = default;
  Ring(Ring&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Ring& operator=(Ring&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Ring() {
    if (block_ == nullptr) return;
    while (size() != 0) pop();
    block_->~Block();
    ::operator delete(block_, std::align_val_t{alignof(Block)});
  }

  [[nodiscard]] std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  /// The i-th oldest.
  [[nodiscard]] Value& operator[](std::size_t i) { return cells()[(block_->first + i) & (block_->capacity - 1)]; }
  /// After the first makeRoom.
  [[nodiscard]] Head& head() { return block_->head; }

  /// Room for one more value.
  void makeRoom() {
    if (block_ != nullptr && block_->size < block_->capacity) return;
    Ring bigger(block_ == nullptr ? 2 : 2 * block_->capacity);
    if (block_ != nullptr) {
      for (std::size_t i = 0; i < block_->size; ++i) bigger.push(std::move_if_noexcept((*this)[i]));
      bigger.head() = std::move(head());
    }
    *this = std::move(bigger);
  }
  /// Into the room that was made.
  template <class V>
  void push(V&& value) {
    ::new (static_cast<void*>(&(*this)[block_->size])) Value(std::forward<V>(value));
    ++block_->size;
  }
  /// The oldest leaves.
  void pop() {
    (*this)[0].~Value();
    block_->first = (block_->first + 1) & (block_->capacity - 1);
    --block_->size;
  }

 private:
  static constexpr std::size_t atLeast(std::size_t a, std::size_t b) { return a < b ? b : a; }

  struct alignas(atLeast(alignof(std::uint32_t), atLeast(alignof(Value), alignof(Head)))) Block {
    Head head{};
    std::uint32_t first = 0;
    std::uint32_t size = 0;
    std::uint32_t capacity;
  };

  explicit Ring(std::uint32_t capacity)
      : block_(::new (::operator new(sizeof(Block) + capacity * sizeof(Value), std::align_val_t{alignof(Block)})) Block{.capacity = capacity}) {}

  [[nodiscard]] Value* cells() { return reinterpret_cast<Value*>(block_ + 1); }

  Block* block_ = nullptr;  // the values behind it
};

}  // namespace dstream::inline v0::detail
