// SPDX-License-Identifier: BSL-1.0
#pragma once
// CancellableRunner: the context's runner, whose tasks an immediate stop keeps from beginning.

#include <cstddef>
#include <cstdint>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/no_fault.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

namespace detail {
/// What a task throws when its batch is given up by an immediate stop. A user's function that catches everything may swallow it; the attempt is cut
/// short all the same.
struct BatchCancelled : NoFault {};
}  // namespace detail

/// **meaning** the context's runner for the batches of one stream: an immediate stop takes effect before the next task.
class CancellableRunner {
 public:
  /// partitions: of results for which none are asked; 0: as many as the runner gives.
  CancellableRunner(RunnerRef runner, std::uint64_t seed, bool ordered = false, std::size_t partitions = 0, std::size_t tableMemory = 0)
      : runner_(runner), seed_(seed), ordered_(ordered || runner.ordered()), partitions_(partitions != 0 ? partitions : ordered_ ? 8 : runner.slots()),
        tableMemory_(tableMemory) {}

  [[nodiscard]] std::size_t slots() const { return runner_.slots(); }
  [[nodiscard]] std::size_t sliceBytes() const { return runner_.sliceBytes(); }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] bool ordered() const { return ordered_; }
  [[nodiscard]] std::size_t partitions() const { return partitions_; }
  [[nodiscard]] std::size_t tableMemory() const { return tableMemory_; }
  template <class Body>
  void forEach(std::size_t n, Body&& body) {
    runner_.forEach(n, [&](std::size_t slot, std::size_t task) {
      if (cancelled()) refuse();
      const Inside inside(*this);
      body(slot, task);
    });
  }

  /// True in a task: where a stop would wait for the batch that waits for the task.
  [[nodiscard]] bool calledFromTask() const { return inside_ == this; }

  void cancel() { cancelled_.store(true, detail::memory_order_release); }
  /// acquire: partner of cancel's release.
  [[nodiscard]] bool cancelled() const { return cancelled_.load(detail::memory_order_acquire); }
  /// A task was not run, so what waited for it is not whole. acquire: partner of refuse's release.
  [[nodiscard]] bool refused() const { return refused_.load(detail::memory_order_acquire); }

  /// After the last batch: what is still remembered is computed by who asks for it, on its own thread.
  void retire() {
    runner_ = RunnerRef();
    cancelled_.store(false, detail::memory_order_release);
  }

 private:
  [[noreturn]] void refuse() {
    refused_.store(true, detail::memory_order_release);
    throw detail::BatchCancelled{};
  }

  struct Inside {
    explicit Inside(const CancellableRunner& runner) : outer(std::exchange(inside_, &runner)) {}
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    ~Inside() { inside_ = outer; }
    const CancellableRunner* outer;
  };

  static constinit inline thread_local const CancellableRunner* inside_ = nullptr;

  RunnerRef runner_;
  const std::uint64_t seed_;
  const bool ordered_;
  const std::size_t partitions_;
  const std::size_t tableMemory_;
  detail::Atomic<bool> cancelled_{false};
  detail::Atomic<bool> refused_{false};
};

}  // namespace dstream::inline v0
