// SPDX-License-Identifier: BSL-1.0
#pragma once
// Context: the application's name, its worker threads and its World; outlives the streaming contexts made from it.

#include <charconv>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/configuration.hpp>
#include <dstream/runtime/real_world.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/errors.hpp>

namespace dstream::inline v0 {

template <class Use>
class BasicStreamingContext;

/// **meaning** `local` is one worker, `local[N]` N, `local[*]` as many as there are cores for this process (affinity and cgroup quota
/// respected). Receivers have a thread of their own, so one worker is enough for everything. A child that is forked off has none of the threads: it may
/// destroy the context, and make another one.
/// **errors** std::invalid_argument for another master or a configuration that does not hold.
template <class Use = OnUse>
class BasicContext {
 public:
  explicit BasicContext(std::string_view master = "local[*]", std::string name = "dstream", Configuration configuration = {})
      : BasicContext(std::make_unique<BasicRealWorld<Use>>(), nullptr, master, std::move(name), configuration) {}
  /// In a world of the caller's, which must outlive the context.
  BasicContext(std::string_view master, std::string name, Configuration configuration, World& world)
      : BasicContext(nullptr, &world, master, std::move(name), configuration) {}
  BasicContext(const BasicContext&) = delete;
  BasicContext& operator=(const BasicContext&) = delete;
  ~BasicContext() {
    if (!isForked()) return;  // else there is nobody to end, and locks and conditions are as their threads left them
    static_cast<void>(workers_.release());
    static_cast<void>(ownWorld_.release());
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Configuration& configuration() const { return configuration_; }
  [[nodiscard]] World& world() { return world_; }

  /// The workers. **errors** IllegalState after stop.
  [[nodiscard]] RunnerRef runner() {
    const detail::Lock lock(mutex_);
    if (workers_ == nullptr) throw IllegalState("dstream: this Context has been stopped");
    return workers_->runner();
  }

  /// **shape** range → Rdd<T> on the workers, in as many partitions as there are workers or as asked. **source** Spark's parallelize.
  template <class Range>
  [[nodiscard]] auto parallelize(Range&& range, std::size_t partitions = 0) {
    const RunnerRef workers = runner();
    return RunnerRdd{dstream::parallelize(std::forward<Range>(range), partitions == 0 ? workers.slots() : partitions), workers};
  }

  // --- shared by all batches; each is defined in its own file ---

  /// Numbers, or whatever a function joins, added up by any thread. See runtime/accumulator.hpp.
  [[nodiscard]] auto longAccumulator(std::string name = {});
  [[nodiscard]] auto doubleAccumulator(std::string name = {});
  template <class T>
  [[nodiscard]] auto collectionAccumulator(std::string name = {});
  template <class T, class Fn>
  [[nodiscard]] auto accumulator(T zero, Fn fn, std::string name = {});
  /// A value that every task reads. See runtime/broadcast.hpp.
  template <class T>
  [[nodiscard]] auto broadcast(T&& value);

  /// Ends the workers. Calling it again does nothing. **errors** IllegalState while a streaming context of this context is active: its stop(true) stops both.
  void stop() {
    if (!stopUnlessInUse())
      throw IllegalState("dstream: the Context \"" + name_ + "\" cannot be stopped while a StreamingContext of it is active; stop that one, with stop(true), which stops both");
  }
  [[nodiscard]] bool isStopped() const {
    const detail::Lock lock(mutex_);
    return workers_ == nullptr;
  }

 private:
  friend class BasicStreamingContext<Use>;

  // For streaming contexts: one of them uses the workers until it leaves.
  [[nodiscard]] RunnerRef enter() {
    const detail::Lock lock(mutex_);
    if (workers_ == nullptr) throw IllegalState("dstream: this Context has been stopped");
    ++users_;
    return workers_->runner();
  }
  void leave() {
    const detail::Lock lock(mutex_);
    --users_;
  }
  bool stopUnlessInUse() {
    if (isForked()) return true;
    const detail::Lock lock(mutex_);
    if (users_ == 0) workers_.reset();
    return users_ == 0;
  }
  /// This is a child of the process that made it, and has none of its threads.
  [[nodiscard]] bool isForked() const { return world_.process() != process_; }

  BasicContext(Deferred<std::unique_ptr<World>, Use> own, World* given, std::string_view master, std::string name, Configuration configuration)
      : ownWorld_(std::move(own)), world_(given != nullptr ? *given : *ownWorld_), name_(std::move(name)), configuration_(configuration) {
    configuration_.validate();
    workers_ = world_.hire(workerCount(master, world_));
  }

  static std::size_t workerCount(std::string_view master, const World& world) {
    if (master == "local") return 1;
    if (master == "local[*]") return world.cores();
    std::size_t count = 0;
    if (master.starts_with("local[") && master.ends_with("]")) {
      const std::string_view number = master.substr(6, master.size() - 7);
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
      if (error == std::errc{} && end == number.data() + number.size() && count >= 1 && count <= 4096) return count;
    }
    throw std::invalid_argument("dstream: master \"" + std::string(master) + "\" is not known; it is local, local[N] with N from 1 to 4096, or local[*]");
  }

  Deferred<std::unique_ptr<World>, Use> ownWorld_;
  Deferred<World, Use>& world_;
  const void* const process_ = world_.process();
  const std::string name_;
  const Configuration configuration_;
  mutable detail::Mutex mutex_;
  Deferred<std::unique_ptr<Workers>, Use> workers_;
  std::size_t users_ = 0;  // streaming contexts that are active
};
using Context = BasicContext<>;

}  // namespace dstream::inline v0
