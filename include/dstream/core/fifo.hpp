// SPDX-License-Identifier: BSL-1.0
#pragma once
// Fifo: a queue in one piece of memory, which it keeps.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// **meaning** std::deque's, as far as a queue needs it; an element's place changes when others come or go. T moves without throwing.
/// **kept** memory for as many as ever waited at once: a queue that fills and empties allocates nothing once it is warm. **cost** constant, over time;
/// std::deque allocates as it walks through its memory, and costs twice as much to include as this file's users together.
template <class T>
class Fifo {
 public:
  void push_back(T value) { emplace_back(std::move(value)); }
  template <class... Arguments>
  T& emplace_back(Arguments&&... arguments) {
    if (first_ != 0 && items_.size() == items_.capacity()) close();
    return items_.emplace_back(std::forward<Arguments>(arguments)...);
  }
  void pop_front() {
    { [[maybe_unused]] const T gone = std::move(items_[first_]); }
    if (++first_ == items_.size()) clear();
  }
  void clear() {
    items_.clear();
    first_ = 0;
  }
  void swap(Fifo& other) noexcept {
    items_.swap(other.items_);
    std::swap(first_, other.first_);
  }

  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::size_t size() const { return items_.size() - first_; }
  [[nodiscard]] T& front() { return items_[first_]; }
  [[nodiscard]] const T& front() const { return items_[first_]; }
  [[nodiscard]] T& back() { return items_.back(); }
  [[nodiscard]] const T& back() const { return items_.back(); }
  [[nodiscard]] T& operator[](std::size_t i) { return items_[first_ + i]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return items_[first_ + i]; }
  [[nodiscard]] auto begin() const { return items_.begin() + static_cast<std::ptrdiff_t>(first_); }
  [[nodiscard]] auto end() const { return items_.end(); }

 private:
  /// Moves those that wait to the front, where as many have gone; else the memory grows.
  void close() {
    if (first_ < size()) return;
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }

  std::vector<T> items_;
  std::size_t first_ = 0;  // those before it have gone; never all of them
};

}  // namespace dstream::inline v0::detail
