// SPDX-License-Identifier: BSL-1.0
#pragma once
// WideRdd: where one loop ends and the next begins. Its type names only the data it makes, so types stop growing here.

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>

namespace dstream::inline v0 {

/// **meaning** the work of a wide operator: computes `Data` once, when prepared. `Data` is an Rdd but for runner and prepare.
/// **errors** what run throws reaches the caller of prepare. Prepared again it starts anew, except that records moved out of an owned
/// container are gone.
template <class Data>
class Work : public detail::Recycled {
 public:
  explicit Work(RunnerRef runner) : runner_(runner) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  virtual ~Work() = default;

  void prepare(RunnerRef runner) {
    if (done_) return;
    data_ = run(runner);
    done_ = true;
  }
  [[nodiscard]] Data& data() { return data_; }
  [[nodiscard]] RunnerRef runner() const { return runner_; }

  void retain() { owners_.increment(); }
  [[nodiscard]] bool release() { return owners_.decrement(); }

 private:
  virtual Data run(RunnerRef runner) = 0;

  RunnerRef runner_;
  Data data_{};
  bool done_ = false;
  detail::AtomicCount owners_;
};

/// **meaning** an Rdd over the result of a wide operator; copies share it, and the first to be prepared computes it.
/// **cost** one virtual call per batch, none per record.
template <class Data>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] WideRdd {
 public:
  using reference = typename Data::reference;
  using value_type = typename Data::value_type;

  /// Takes over a new Work, made with `new`.
  explicit WideRdd(Work<Data>* work) : work_(work) {}
  WideRdd(const WideRdd& other) : work_(other.work_) {
    if (work_ != nullptr) work_->retain();
  }
  WideRdd(WideRdd&& other) noexcept : work_(std::exchange(other.work_, nullptr)) {}
  WideRdd& operator=(WideRdd other) noexcept {
    std::swap(work_, other.work_);
    return *this;
  }
  ~WideRdd() {
    if (work_ != nullptr && work_->release()) delete work_;
  }

  [[nodiscard]] std::size_t partitions() const { return work_->data().partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return work_->data().splits(partition, bytes); }
  [[nodiscard]] RunnerRef runner() const { return work_->runner(); }
  void prepare(RunnerRef runner) { work_->prepare(runner); }
  /// For what is beside the records; after prepare.
  [[nodiscard]] const Data& data() const { return work_->data(); }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    return work_->data().fold(slice, std::move(accumulator), step);
  }

 private:
  Work<Data>* work_;
};

namespace detail {

/// The Work of an operator over a parent: `compute(parent, runner) → Data`.
template <class Data, class Parent, class Compute>
class ParentWork final : public Work<Data> {
 public:
  ParentWork(Parent parent, Compute compute) : Work<Data>(erased(parent)), parent_(std::move(parent)), compute_(std::move(compute)) {}

 private:
  static RunnerRef erased(const Parent& parent) {
    if constexpr (runsInline<Parent>) {
      return RunnerRef{};
    } else {
      return parent.runner();
    }
  }
  Data run(RunnerRef runner) override {
    parent_->prepare(runner);
    Data data = compute_(*parent_, runner);
    parent_.reset();  // the result owns all it needs; blocks of text and tables of parents go back now
    return data;
  }

  std::optional<Parent> parent_;
  Compute compute_;
};

template <class Data, class Parent, class Compute>
WideRdd<Data> wide(Parent parent, Compute compute) {
  return WideRdd<Data>{new ParentWork<Data, Parent, Compute>(std::move(parent), std::move(compute))};
}

}  // namespace detail

}  // namespace dstream::inline v0
