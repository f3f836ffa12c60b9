// SPDX-License-Identifier: BSL-1.0
#pragma once
// TableBound: how much memory the tables of one operator may take in one batch. TableShare: what
// one of them has taken.

#include <cstddef>
#include <stdexcept>
#include <string>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// The keys of one batch need more memory than Configuration::tableMemory allows. what() names the
/// operator and the bound.
struct TableError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

/// **units** bytes, asked for before they are allocated. **errors** TableError; then nothing was
/// counted. **threads** any.
class TableBound {
 public:
  /// most: 0: there is no bound. name: the operator's.
  TableBound(std::size_t most, const char* name) : most_(most), name_(name) {}
  TableBound(const TableBound&) = delete;
  TableBound& operator=(const TableBound&) = delete;

  [[nodiscard]] bool exists() const { return most_ != 0; }
  void charge(std::size_t bytes) {
    // Relaxed: it orders no other memory; what is counted belongs to a thread each.
    std::size_t held = __atomic_load_n(&held_, __ATOMIC_RELAXED);
    do {
      if (bytes > most_ - held) fail(bytes);
    } while (!__atomic_compare_exchange_n(&held_, &held, held + bytes, true, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
  }
  void refund(std::size_t bytes) noexcept { __atomic_fetch_sub(&held_, bytes, __ATOMIC_RELAXED); }
  void oneMore() noexcept { __atomic_fetch_add(&shares_, 1, __ATOMIC_RELAXED); }
  /// What a table may keep for the next batch: a quarter of the bound, shared among all; nothing
  /// after a failure. Else a batch whose keys lie in other tables than those of the batch before
  /// could fail for the memory that is not used.
  [[nodiscard]] std::size_t mayKeep() const noexcept {
    return __atomic_load_n(&failed_, __ATOMIC_RELAXED)
               ? 0
               : most_ / 4 / __atomic_load_n(&shares_, __ATOMIC_RELAXED);
  }
  [[nodiscard]] std::size_t held() const { return __atomic_load_n(&held_, __ATOMIC_RELAXED); }

 private:
  [[noreturn]] void fail(std::size_t bytes) {
    __atomic_store_n(&failed_, true, __ATOMIC_RELAXED);
    std::string text = "dstream: ";
    text += name_;
    text += ": too many distinct keys in one batch: its tables hold ";
    text += std::to_string(held());
    text += " bytes, and ";
    text += std::to_string(bytes);
    text += " more would pass the bound of tableMemory = ";
    text += std::to_string(most_);
    text += " bytes";
    throw TableError(text);
  }

  const std::size_t most_;
  const char* const name_;
  std::size_t held_ = 0;
  std::size_t shares_ = 0;
  bool failed_ = false;
};

/// **meaning** counts while it belongs to a bound; else it does nothing. **threads** one owner at a
/// time.
class TableShare {
 public:
  /// The bound must outlive it, or its `leave`. **errors** TableError: the table holds more
  /// already; then it has not joined.
  void join(TableBound& bound, std::size_t held) {
    mayKeep_ = bound.exists() ? 0 : all;
    if (!bound.exists()) return;
    bound.charge(held);
    bound.oneMore();
    bound_ = &bound;
    bytes_ = held;
  }
  void leave() noexcept {
    if (bound_ == nullptr) return;
    mayKeep_ = bound_->mayKeep();
    bound_->refund(bytes_);
    bound_ = nullptr;
    bytes_ = 0;
  }
  /// As the bound said that it left; without one, all.
  [[nodiscard]] std::size_t mayKeep() const { return mayKeep_; }
  void add(std::size_t bytes) {
    if (bound_ == nullptr) return;
    bound_->charge(bytes);
    bytes_ += bytes;
  }
  void remove(std::size_t bytes) noexcept {
    if (bound_ == nullptr) return;
    bound_->refund(bytes);
    bytes_ -= bytes;
  }

 private:
  static constexpr std::size_t all = static_cast<std::size_t>(-1);

  TableBound* bound_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t mayKeep_ = all;
};

}  // namespace detail

}  // namespace dstream::inline v0
