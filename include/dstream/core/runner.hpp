// SPDX-License-Identifier: BSL-1.0
#pragma once
// Runner: how the tasks of a pipeline are run. Inline runs them on the calling thread; the executor models the same concept.

#include <concepts>
#include <cstddef>
#include <cstdint>

#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>

namespace dstream::inline v0 {

/// **meaning** runs independent tasks and returns when all have ended.
/// `slots()`: most tasks that run at a time, at least 1. `sliceBytes()`: how much data a task should get, in bytes.
/// `forEach(n, body)`: calls `body(slot, task)` once for each task in [0, n); tasks with equal slot never overlap, except
/// that a task which itself calls forEach may run another task of that inner call on its own slot while it waits.
/// A runner may also have `seed()`, 64 bits that nobody can foresee: the seed of the hash tables that its tasks fill; and `ordered()`: then
/// results have equal bytes at any number of slots, floats and functions that do not commute included. Its price is a hash table per
/// slice instead of one per running task, and results of 8 partitions where none were asked for; `partitions()` says another number of them.
/// And `tableMemory()`: the most bytes that the tables of one keyed operator may take in one batch, 0 for any.
/// The first exception of a body reaches the caller after every started body has ended; tasks not yet started are dropped.
template <class T>
concept Runner = requires(T& runner, std::size_t n, void (*body)(std::size_t slot, std::size_t task)) {
  { runner.slots() } -> std::convertible_to<std::size_t>;
  { runner.sliceBytes() } -> std::convertible_to<std::size_t>;
  runner.forEach(n, body);
};

/// **meaning** the Runner without threads: one slot, tasks in order, partitions never cut.
struct Inline {
  static constexpr std::size_t slots() { return 1; }
  static constexpr std::size_t sliceBytes() { return static_cast<std::size_t>(-1); }
  template <class Body>
  static constexpr void forEach(std::size_t n, Body&& body) {
    for (std::size_t task = 0; task < n; ++task) body(std::size_t{0}, task);
  }
};

/// **meaning** any Runner by reference, without its type: what crosses a virtual call or is kept in a batch.
/// **cost** one indirect call per task. The runner must outlive it.
class RunnerRef {
 public:
  using Body = FunctionRef<void(std::size_t slot, std::size_t task)>;

  RunnerRef() : RunnerRef(inline_) {}
  template <Runner Other>
    requires(!std::same_as<Other, RunnerRef>)
  RunnerRef(Other& runner)  // NOLINT(google-explicit-constructor): a reference to any Runner
      : runner_(&runner), slots_(runner.slots()), sliceBytes_(runner.sliceBytes()), forEach_([](void* self, std::size_t n, Body body) {
          static_cast<Other*>(self)->forEach(n, body);
        }) {
    if constexpr (requires { runner.seed(); }) seed_ = runner.seed();
    if constexpr (requires { runner.ordered(); }) ordered_ = runner.ordered();
    if constexpr (requires { runner.tableMemory(); }) tableMemory_ = runner.tableMemory();
    partitions_ = ordered_ ? 8 : slots_;
    if constexpr (requires { runner.partitions(); }) partitions_ = runner.partitions();
  }

  [[nodiscard]] std::size_t slots() const { return slots_; }
  [[nodiscard]] std::size_t sliceBytes() const { return sliceBytes_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] bool ordered() const { return ordered_; }
  /// How many partitions a result has for which none were asked.
  [[nodiscard]] std::size_t partitions() const { return partitions_; }
  [[nodiscard]] std::size_t tableMemory() const { return tableMemory_; }
  void forEach(std::size_t n, Body body) const { forEach_(runner_, n, body); }

 private:
  static inline Inline inline_{};

  void* runner_;
  std::size_t slots_;
  std::size_t sliceBytes_;
  std::uint64_t seed_ = 0;
  bool ordered_ = false;
  std::size_t partitions_ = 1;
  std::size_t tableMemory_ = 0;
  void (*forEach_)(void*, std::size_t, Body);
};

}  // namespace dstream::inline v0
