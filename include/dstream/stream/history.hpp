// SPDX-License-Identifier: BSL-1.0
#pragma once
// History: what a node keeps of batches, in the order of their times.

#include <cstddef>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** values with times, oldest first; added at the young end, dropped at the old one. A list, since Rdds that hold a user's function cannot be
/// assigned, as a vector's elements must be.
template <class T>
class History {
 public:
  struct Entry : detail::Recycled {
    Entry(Time at, T given) : time(at), value(std::move(given)) {}
    Time time;
    T value;
    std::unique_ptr<Entry> next;
  };

  History() = default;
  History(History&& other) noexcept { swap(other); }
  History& operator=(History&& other) noexcept {
    History(std::move(other)).swap(*this);
    return *this;
  }
  ~History() {
    while (first_ != nullptr) dropFirst();  // one by one: a long list would free itself recursively
  }

  void add(Time time, T value) {
    auto entry = std::unique_ptr<Entry>(new Entry(time, std::move(value)));
    Entry* const added = entry.get();
    (first_ == nullptr ? first_ : last_->next) = std::move(entry);
    last_ = added;
  }
  void dropFirst() { first_ = std::move(first_->next); }
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
  [[nodiscard]] Entry* first() { return first_.get(); }
  [[nodiscard]] const Entry* first() const { return first_.get(); }
  /// The youngest; there must be one.
  [[nodiscard]] Entry& last() { return *last_; }
  /// That of this time, or null.
  [[nodiscard]] const Entry* find(Time time) const {
    const Entry* entry = first_.get();
    while (entry != nullptr && entry->time != time) entry = entry->next.get();
    return entry;
  }
  /// `body(time, value)` for each, oldest first.
  template <class Body>
  void each(Body&& body) const {
    for (const Entry* entry = first_.get(); entry != nullptr; entry = entry->next.get()) body(entry->time, entry->value);
  }

 private:
  void swap(History& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
  }

  std::unique_ptr<Entry> first_;
  Entry* last_ = nullptr;  // meaningless when empty
};

}  // namespace dstream::inline v0
