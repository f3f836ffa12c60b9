// SPDX-License-Identifier: BSL-1.0
#pragma once
// AtomicCount, SpinLock: the two atomics of the core, from compiler built-ins; including <atomic> would cost a quarter of the whole core.

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// Counts the owners of something shared.
class AtomicCount {
 public:
  void increment() { __atomic_fetch_add(&count_, 1, __ATOMIC_RELAXED); }
  /// True for the last owner. acq_rel: partner of every other owner's decrement, so that the last sees all they did.
  [[nodiscard]] bool decrement() { return __atomic_fetch_sub(&count_, 1, __ATOMIC_ACQ_REL) == 1; }

 private:
  int count_ = 1;
};

/// Mutual exclusion for a few instructions, once or twice per task.
class SpinLock {
 public:
  /// acquire: partner of unlock's release.
  void lock() {
    while (__atomic_test_and_set(&held_, __ATOMIC_ACQUIRE)) {
    }
  }
  void unlock() { __atomic_clear(&held_, __ATOMIC_RELEASE); }

 private:
  bool held_ = false;
};

/// Holds it while in scope.
class SpinHold {
 public:
  explicit SpinHold(SpinLock& lock) : lock_(lock) { lock_.lock(); }
  SpinHold(const SpinHold&) = delete;
  SpinHold& operator=(const SpinHold&) = delete;
  ~SpinHold() { lock_.unlock(); }

 private:
  SpinLock& lock_;
};

}  // namespace dstream::inline v0::detail
