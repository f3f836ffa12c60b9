// SPDX-License-Identifier: BSL-1.0
#pragma once
// Runners for tests: SlicingRunner cuts finely and runs tasks in any order; InterleavingRunner
// suspends them half-way too.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>
#include <vector>

#include "support/random.hpp"

namespace support {

/// A Runner on the calling thread: small slices, tasks in a seeded random order, each on a random
/// slot.
class SlicingRunner {
 public:
  explicit SlicingRunner(std::uint64_t seed, std::size_t sliceBytes = 16, std::size_t slots = 3)
      : random_(seed), sliceBytes_(sliceBytes), slots_(slots) {}

  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] std::size_t sliceBytes() const { return sliceBytes_; }
  template <class Body>
  void forEach(std::size_t n, Body&& body) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_.shuffle(order);
    for (const std::size_t task : order) {
      ++started;
      body(random_.below(slots_), task);
    }
  }

  std::size_t started = 0;

 private:
  Random random_;
  std::size_t sliceBytes_;
  std::size_t slots_;
};

/// A Runner of several threads of which one at a time runs: the baton is passed where a task calls
/// `yield`, by a seeded choice, so tasks overlap in the same way each time. What a task shares
/// wrongly with another that runs half-way is seen without luck.
class InterleavingRunner {
 public:
  explicit InterleavingRunner(std::uint64_t seed, std::size_t sliceBytes = 16,
                              std::size_t slots = 3)
      : random_(seed), sliceBytes_(sliceBytes), slots_(slots) {}

  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] std::size_t sliceBytes() const { return sliceBytes_; }

  /// In a task: lets another one run, perhaps. Elsewhere it does nothing.
  void yield() {
    std::unique_lock lock(mutex_);
    if (waiting_.empty() || self() == nobody) return;
    pass();
    await(lock, self());
  }

  template <class Body>
  void forEach(std::size_t n, Body&& body) {
    std::size_t next = 0;
    std::exception_ptr error;
    waiting_.clear();
    for (std::size_t slot = 0; slot < slots_; ++slot) waiting_.push_back(slot);
    std::vector<std::thread> threads;
    {
      const std::lock_guard lock(mutex_);
      for (std::size_t slot = 0; slot < slots_; ++slot)
        threads.emplace_back([&, slot] {
          self() = slot;
          std::unique_lock own(mutex_);
          // The first turn is given below; this slot is in waiting_ already.
          turned_.wait(own, [&] { return turn_ == slot; });
          while (next < n && !error) {
            const std::size_t task = next++;
            own.unlock();
            std::exception_ptr thrown;
            try {
              body(slot, task);
            } catch (...) {
              thrown = std::current_exception();
            }
            own.lock();
            if (thrown && !error) error = thrown;
          }
          pass();
        });
      pass();
    }
    for (std::thread& thread : threads) thread.join();
    turn_ = nobody;
    if (error) std::rethrow_exception(error);
  }

 private:
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  static std::size_t& self() {
    static thread_local std::size_t slot = nobody;
    return slot;
  }
  void pass() {
    turn_ = nobody;
    if (!waiting_.empty()) {
      const std::size_t chosen = random_.below(waiting_.size());
      turn_ = waiting_[chosen];
      waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    turned_.notify_all();
  }
  void await(std::unique_lock<std::mutex>& lock, std::size_t slot) {
    waiting_.push_back(slot);
    turned_.wait(lock, [&] { return turn_ == slot; });
  }

  Random random_;
  std::size_t sliceBytes_;
  std::size_t slots_;
  std::mutex mutex_;
  std::condition_variable turned_;
  std::vector<std::size_t> waiting_;
  std::size_t turn_ = nobody;
};

}  // namespace support
