// SPDX-License-Identifier: BSL-1.0
#pragma once
// History: what a node keeps of batches, in the order of their times.

#include <cstddef>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** values with times, oldest first; added at the young end, dropped at the old one. A list, since Rdds that hold a user's function cannot be
/// assigned, as a vector's elements must be. Of bare pointers: every node has one, and a std::unique_ptr costs the compiler a tuple each.
template <class T>
class History {
 public:
  struct Entry : detail::Recycled {
    Entry(Time at, T given) : time(at), value(std::move(given)) {}
    Time time;
    T value;
    Entry* next = nullptr;
  };

  History() = default;
  History(History&& other) noexcept { swap(other); }
  History& operator=(History&& other) noexcept {
    History(std::move(other)).swap(*this);
    return *this;
  }
  ~History() {
    while (first_ != nullptr) dropFirst();
  }

  void add(Time time, T value) {
    Entry* const added = new Entry(time, std::move(value));
    (first_ == nullptr ? first_ : last_->next) = added;
    last_ = added;
  }
  void dropFirst() { delete std::exchange(first_, first_->next); }
  /// Those with times up to `until`.
  void dropUntil(Time until) {
    while (first_ != nullptr && first_->time <= until) dropFirst();
  }

  /// Those with this time and later ones.
  void dropFrom(Time from) {
    History kept;
    for (; first_ != nullptr && first_->time < from; dropFirst()) kept.add(first_->time, std::move(first_->value));
    *this = std::move(kept);
  }

  [[nodiscard]] bool empty() const { return first_ == nullptr; }
  [[nodiscard]] Entry* first() { return first_; }
  [[nodiscard]] const Entry* first() const { return first_; }
  /// The youngest; there must be one.
  [[nodiscard]] Entry& last() { return *last_; }
  /// That of this time, or null.
  [[nodiscard]] const Entry* find(Time time) const {
    const Entry* entry = first_;
    while (entry != nullptr && entry->time != time) entry = entry->next;
    return entry;
  }
  /// `body(time, value)` for each, oldest first.
  template <class Body>
  void each(Body&& body) const {
    for (const Entry* entry = first_; entry != nullptr; entry = entry->next) body(entry->time, entry->value);
  }

 private:
  void swap(History& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
  }

  Entry* first_ = nullptr;
  Entry* last_ = nullptr;  // meaningless when empty
};

}  // namespace dstream::inline v0
