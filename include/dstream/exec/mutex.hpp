// SPDX-License-Identifier: BSL-1.0
#pragma once
// Mutex, Lock, Condition: the system's own, as thin as can be; std's headers of them cost as much to include as a third of <vector> and <string>.

#include <pthread.h>
#include <time.h>

#include <cstdint>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// One thread at a time between lock and unlock.
class Mutex {
 public:
  constexpr Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() { ::pthread_mutex_lock(&mutex_); }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }

 private:
  friend class Condition;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;  // nothing to destroy then
};

/// Holds a mutex while it lives, but for what lies between its unlock and lock.
class [[nodiscard("without a name it ends at once")]] Lock {
 public:
  explicit Lock(Mutex& mutex) : mutex_(mutex) { mutex_.lock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() {
    if (held_) mutex_.unlock();
  }

  void unlock() {
    held_ = false;
    mutex_.unlock();
  }
  void lock() {
    mutex_.lock();
    held_ = true;
  }

 private:
  friend class Condition;
  Mutex& mutex_;
  bool held_ = true;
};

/// **meaning** threads wait here, their lock given back meanwhile, until `holds()`, which is asked under the lock at first and after each wake.
class Condition {
 public:
  Condition() {
    pthread_condattr_t steady;
    ::pthread_condattr_init(&steady);
    ::pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    ::pthread_cond_init(&condition_, &steady);
    ::pthread_condattr_destroy(&steady);
  }
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() { ::pthread_cond_destroy(&condition_); }

  template <class Holds>
  void wait(Lock& lock, Holds holds) {
    while (!holds()) ::pthread_cond_wait(&condition_, &lock.mutex_.mutex_);
  }
  /// Until the deadline at most; gives holds(). **units** nanoseconds of CLOCK_MONOTONIC.
  template <class Holds>
  bool waitUntil(Lock& lock, std::int64_t deadline, Holds holds) {
    const timespec at{static_cast<time_t>(deadline / 1'000'000'000), static_cast<long>(deadline % 1'000'000'000)};
    while (!holds())
      if (::pthread_cond_timedwait(&condition_, &lock.mutex_.mutex_, &at) != 0) return holds();
    return true;
  }
  void wakeOne() { ::pthread_cond_signal(&condition_); }
  void wakeAll() { ::pthread_cond_broadcast(&condition_); }

 private:
  pthread_cond_t condition_{};
};

/// How threads exclude and await each other in a real program; a test passes its own and steps them from lock to lock.
struct SystemLocks {
  using Mutex = detail::Mutex;
  using Lock = detail::Lock;
  using Condition = detail::Condition;
};

}  // namespace dstream::inline v0::detail
