// SPDX-License-Identifier: BSL-1.0
#pragma once
// WindowStateNode: a window that is carried along from batch to batch instead of being computed anew.

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/history.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/windows/extent.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the state of a window, and the batches that it has not taken yet. WindowState: `evict(until, runner)` takes out what batches up to
/// `until` gave; `push(time, rdd, runner)` takes in a prepared batch; both may throw, and are called again then with the same argument, with
/// what they had done still done. `result(runner)` is the window's records.
template <Rdd R, class WindowState>
class WindowContents {
 public:
  WindowContents(WindowState state, std::int64_t length) : state_(std::move(state)), length_(length) {}

  void add(Time time, R rdd) {
    runner_ = rdd.runner();
    waiting_.add(time, std::move(rdd));
  }

  /// The window that ends at `now`. A batch whose functions throw is tried again by each window that covers it.
  void moveTo(Time now) {
    if (now < now_) throw MissingBatch("dstream: a window was asked for after it had moved on");
    now_ = now;
    const std::int64_t until = now.nanoseconds - length_;
    state_.evict({until}, runner_);
    for (; !waiting_.empty(); waiting_.dropFirst()) {
      auto& next = *waiting_.first();
      if (next.time.nanoseconds <= until) continue;
      next.value.prepare(runner_);
      state_.push(next.time, next.value, runner_);
    }
  }
  auto result() { return state_.result(); }
  [[nodiscard]] RunnerRef runner() const { return runner_; }

 private:
  WindowState state_;
  const std::int64_t length_;
  RunnerRef runner_;
  Time now_;
  History<R> waiting_;
};

template <Node Parent, class WindowState>
class WindowStateNode final : public SharedNode<WideRdd<typename WindowState::Data>> {
  using Data = typename WindowState::Data;
  using Contents = WindowContents<typename Parent::rdd_type, WindowState>;

 public:
  WindowStateNode(Parent parent, WindowState state, WindowExtent extent)
      : parent_(std::move(parent)), contents_(std::make_shared<Contents>(std::move(state), extent.length)) {
    this->slide = extent.slide;
  }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

  /// Every batch is taken as it comes, though only those at a slide are asked for: so none waits with what it was made from.
  void advance(const Batch& batch) override {
    if (auto rdd = parent_.compute(batch)) contents_->add(batch.time, *std::move(rdd));
    try {
      contents_->moveTo(batch.time);
    } catch (...) {  // the job that needs the window tries again and says so
    }
  }

 private:
  class WindowWork final : public Work<Data> {
   public:
    WindowWork(std::shared_ptr<Contents> contents, Time time) : Work<Data>(contents->runner()), contents_(std::move(contents)), time_(time) {}

   private:
    Data run(RunnerRef) override {
      contents_->moveTo(time_);
      return contents_->result();
    }
    std::shared_ptr<Contents> contents_;
    const Time time_;
  };

  std::optional<WideRdd<Data>> compute(const Batch& batch) override { return WideRdd<Data>(new WindowWork(contents_, batch.time)); }

  Parent parent_;
  std::shared_ptr<Contents> contents_;
};

}  // namespace dstream::inline v0::detail
