// SPDX-License-Identifier: BSL-1.0
#pragma once
// Atomic, AtomicCount, SpinLock: from compiler built-ins; including <atomic> costs a fifth of <vector> and <string>.

#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// std::memory_order, by the same names.
enum class MemoryOrder : int {};
inline constexpr MemoryOrder memory_order_relaxed{__ATOMIC_RELAXED};
inline constexpr MemoryOrder memory_order_acquire{__ATOMIC_ACQUIRE};
inline constexpr MemoryOrder memory_order_release{__ATOMIC_RELEASE};
inline constexpr MemoryOrder memory_order_acq_rel{__ATOMIC_ACQ_REL};
inline constexpr MemoryOrder memory_order_seq_cst{__ATOMIC_SEQ_CST};

/// What of std::atomic is needed here, by the same names and meanings. **shape** T: trivially copyable, at most a word; no lock is ever used.
template <class T>
class Atomic {
  static_assert(std::is_trivially_copyable_v<T> && __atomic_always_lock_free(sizeof(T), nullptr));

 public:
  constexpr Atomic() = default;
  constexpr Atomic(T value) : value_(value) {}  // NOLINT(google-explicit-constructor)
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  [[nodiscard]] DSTREAM_INLINE T load(MemoryOrder order = memory_order_seq_cst) const noexcept {
    T value;
    __atomic_load(&value_, &value, static_cast<int>(order));
    return value;
  }
  DSTREAM_INLINE void store(T value, MemoryOrder order = memory_order_seq_cst) noexcept { __atomic_store(&value_, &value, static_cast<int>(order)); }
  DSTREAM_INLINE T exchange(T value, MemoryOrder order = memory_order_seq_cst) noexcept {
    T before;
    __atomic_exchange(&value_, &value, &before, static_cast<int>(order));
    return before;
  }
  DSTREAM_INLINE bool compare_exchange_strong(T& expected, T value, MemoryOrder success = memory_order_seq_cst,
                                              MemoryOrder failure = memory_order_seq_cst) noexcept {
    return __atomic_compare_exchange(&value_, &expected, &value, false, static_cast<int>(success), static_cast<int>(failure));
  }
  DSTREAM_INLINE T fetch_add(T more, MemoryOrder order = memory_order_seq_cst) noexcept {
    if constexpr (std::is_integral_v<T>) {
      return __atomic_fetch_add(&value_, more, static_cast<int>(order));
    } else {
      T before = load(memory_order_relaxed);
      while (!compare_exchange_strong(before, before + more, order, memory_order_relaxed)) {
      }
      return before;
    }
  }
  DSTREAM_INLINE T fetch_sub(T less, MemoryOrder order = memory_order_seq_cst) noexcept {
    return __atomic_fetch_sub(&value_, less, static_cast<int>(order));
  }

 private:
  alignas(sizeof(T)) T value_{};
};

/// Counts the owners of something shared.
class AtomicCount {
 public:
  void increment() { count_.fetch_add(1, memory_order_relaxed); }
  /// True for the last owner. acq_rel: partner of every other owner's decrement, so that the last sees all they did.
  [[nodiscard]] bool decrement() { return count_.fetch_sub(1, memory_order_acq_rel) == 1; }

 private:
  Atomic<int> count_{1};
};

/// Mutual exclusion for a few instructions, once or twice per task.
class SpinLock {
 public:
  /// acquire: partner of unlock's release.
  void lock() {
    while (held_.exchange(true, memory_order_acquire)) {
    }
  }
  void unlock() { held_.store(false, memory_order_release); }

 private:
  Atomic<bool> held_{false};
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
