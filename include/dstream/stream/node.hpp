// SPDX-License-Identifier: BSL-1.0
#pragma once
// Nodes: the recipe of a stream's batches. Narrow operators are values inside their child; whatever is computed once per batch is a
// SharedNode behind a pointer, known by the type of its Rdd alone.

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/lent.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/history.hpp>

namespace dstream::inline v0 {

/// **meaning** `compute(batch)` gives the Rdd of that batch, or none: no batch, which is not the same as an empty one.
/// `eachShared(visit)` names the shared nodes directly above, and what is fused between; `shared()` is one of them. `slide()`: how often there
/// is a batch, in nanoseconds.
template <class T>
concept Node = requires(const T& node, const Batch& batch) {
  typename T::rdd_type;
  node.compute(batch);
  node.slide();
};

class NodeBase;
class Persistent;

/// **meaning** the operators that are fused between a shared node and what stands below it, the first one first.
struct FusedOperators {
  OperatorInfo info;
  const FusedOperators* next;
};
/// Gets a shared node above, and the operators from there on; null for none.
using VisitShared = FunctionRef<void(NodeBase&, const FusedOperators*)>;

/// **meaning** a shared node without its type: what a graph walks over. The runtime calls, for each batch: `advance` on every node, parents
/// first, and `fail` where it throws; then the outputs' jobs; then `finish` and `commit`, or `rollback` when the batch failed; then `forget`.
/// **threads** the jobs lane, but for `name`, `operatorInfo` and `slide`, set before start.
class NodeBase {
 public:
  NodeBase() = default;
  NodeBase(const NodeBase&) = delete;
  NodeBase& operator=(const NodeBase&) = delete;
  virtual ~NodeBase() = default;

  virtual void eachParent(VisitShared) {}
  /// One interval before the first batch; called once, before it.
  void begin(Time zero) {
    zero_ = zero;
    begun_ = true;
  }
  /// The stream runs, or ran, and an output reaches the node.
  [[nodiscard]] bool begun() const { return begun_; }
  /// Takes what it keeps of this batch, whether an output asks for it or not.
  virtual void advance(const Batch&) {}
  /// All outputs have succeeded: computes what must be computed for this batch though none of them asked for it.
  virtual void finish(const Batch&) {}
  /// What this batch changed stays, or never happened.
  virtual void commit(const Batch&) {}
  virtual void rollback(const Batch&) {}
  /// After rollback: the same batch will come again, so nothing of it is remembered.
  virtual void again(const Batch&) {}
  /// The batch is done: what is remembered of it, and no longer asked to be, goes.
  virtual void forget(const Batch& batch) = 0;
  /// The batches that can still be had, oldest first.
  [[nodiscard]] virtual std::vector<Batch> remembered() const { return {}; }
  /// For checkpoints: null for a node that keeps nothing.
  virtual Persistent* persistent() { return nullptr; }
  /// It keeps something, and its `.transient()` says that no checkpoint may have it.
  [[nodiscard]] virtual bool transient() const { return false; }

  /// A batch at this time: strictly after zero, on a multiple of the slide.
  [[nodiscard]] bool has(Time time) const { return time > zero_ && (time.nanoseconds - zero_.nanoseconds) % slide == 0; }

  [[nodiscard]] Time zero() const { return zero_; }

  /// Whether each pass over a batch reads what it is made of from outside, as from files, where that may have changed or gone since the last pass. Of a
  /// stream that has started: its nodes stay what they are.
  [[nodiscard]] bool parentsReadOutside() {
    if (!std::exchange(parentsAsked_, true))  // once: of nodes that share parents there are many ways up
      eachParent([&](NodeBase& parent, const FusedOperators*) { readOutside_ = readOutside_ || parent.outside || (!parent.holds && parent.parentsReadOutside()); });
    return readOutside_;
  }

  /// It has no such batch, since this was thrown: nor has who asks for it.
  void fail(const Batch& batch, std::exception_ptr error) {
    failedAt_ = batch.time;
    failure_ = std::move(error);
  }

  std::string name;
  /// The name is none that a program gave.
  bool nameless = false;
  /// For plans.
  OperatorInfo operatorInfo;
  /// **units** nanoseconds.
  std::int64_t slide = 1;
  /// How long batches are remembered after they are done. **units** nanoseconds.
  std::int64_t remember = 0;
  /// A source whose batches are not in memory.
  bool outside = false;
  /// What it has made is in memory, wherever it came from.
  bool holds = false;

 protected:
  void requireNoFailure(const Batch& batch) const {
    if (failure_ != nullptr && failedAt_ == batch.time) std::rethrow_exception(failure_);
  }
  void forgetFailure() { failure_ = nullptr; }

 private:
  Time zero_;
  bool begun_ = false;
  bool parentsAsked_ = false;
  bool readOutside_ = false;  // what their answer was
  Time failedAt_;
  std::exception_ptr failure_;  // null: none since the last batch that was forgotten
};

namespace detail {
template <class R>
inline constexpr bool isWideRdd = false;
template <class Data>
inline constexpr bool isWideRdd<WideRdd<Data>> = true;
}  // namespace detail

/// **meaning** a node whose batch is computed once and remembered, none included, however many outputs ask. What computing it throws, each that asks gets until
/// the batch is done or comes again. **cost** one virtual call per asking output and batch.
template <Rdd R>
class SharedNode : public NodeBase {
 public:
  SharedNode() { this->holds = detail::isWideRdd<R>; }

  std::optional<R> get(const Batch& batch) {
    if (!has(batch.time)) return std::nullopt;
    if (const auto* known = remembered_.find(batch.time)) return known->value.rdd;
    requireNoFailure(batch);
    try {
      remembered_.add(batch.time, {batch, compute(batch)});
    } catch (...) {
      fail(batch, std::current_exception());
      throw;
    }
    return remembered_.last().value.rdd;
  }
  void forget(const Batch& batch) override {
    forgetFailure();
    remembered_.dropUntil({batch.time.nanoseconds - remember});
  }
  void again(const Batch& batch) override {
    forgetFailure();
    remembered_.dropFrom(batch.time);
  }
  [[nodiscard]] std::vector<Batch> remembered() const override {
    std::vector<Batch> batches;
    remembered_.each([&](Time, const Known& known) {
      if (known.rdd) batches.push_back(known.batch);
    });
    return batches;
  }

 private:
  struct Known {
    Batch batch;
    std::optional<R> rdd;
  };

  virtual std::optional<R> compute(const Batch& batch) = 0;

  History<Known> remembered_;
};

namespace detail {
template <class N>
inline constexpr bool replayable = false;
template <class N>
  requires requires { N::replayable; }
inline constexpr bool replayable<N> = N::replayable;
template <class N>
inline constexpr bool resumable = false;
template <class N>
  requires requires { N::resumable; }
inline constexpr bool resumable<N> = N::resumable;
}  // namespace detail

/// **meaning** a shared node as a value. `again`: every source above can give the same data again, as far as types tell; it is known nowhere else once
/// the program runs.
template <Rdd R, bool again = false>
struct SharedRef {
  using rdd_type = R;
  static constexpr bool replayable = again;
  [[nodiscard]] std::optional<R> compute(const Batch& batch) const { return node->get(batch); }
  void eachShared(VisitShared visit, const FusedOperators* below = nullptr) const { visit(*node, below); }
  [[nodiscard]] std::int64_t slide() const { return node->slide; }
  [[nodiscard]] const NodeBase& shared() const { return *node; }

  std::shared_ptr<SharedNode<R>> node;
};

/// **meaning** a narrow operator over a parent node; it owns the user's function and lends it to each batch.
template <Node Parent, class Op>
struct NarrowNode {
  using rdd_type = NarrowRdd<typename Parent::rdd_type, Lent<Op>>;
  static constexpr bool replayable = detail::replayable<Parent>;
  [[nodiscard]] std::optional<rdd_type> compute(const Batch& batch) const {
    auto rdd = parent.compute(batch);
    if (!rdd) return std::nullopt;
    return *std::move(rdd) | Lent<Op>{&op};
  }
  void eachShared(VisitShared visit, const FusedOperators* below = nullptr) const {
    const FusedOperators operators{detail::infoOf(op, Role::Fused), below};
    parent.eachShared(visit, &operators);
  }
  [[nodiscard]] std::int64_t slide() const { return parent.slide(); }
  [[nodiscard]] const NodeBase& shared() const { return parent.shared(); }

  Parent parent;
  Op op;
};

namespace detail {
/// The name that was given to a closure, or to the operator inside it.
template <class Op>
void takeName(std::string& name, const Op& op) {
  if constexpr (requires { op.name; }) {
    name = op.name;
  } else if constexpr (requires { op.op; }) {
    takeName(name, op.op);
  }
}
}  // namespace detail

template <Node Parent, class Op>
using WideResult = decltype(std::declval<const Op&>().over(std::declval<typename Parent::rdd_type>()));

/// **meaning** a wide operator over a parent node, shared. One that wants to know the batch has `at(batch)`, which gives the operator for it.
template <Node Parent, class Op>
class WideNode final : public SharedNode<WideResult<Parent, Op>> {
 public:
  WideNode(Parent parent, Op op) : parent_(std::move(parent)), op_(std::move(op)) {
    detail::takeName(this->name, op_);
    this->operatorInfo = detail::infoOf(op_, Role::Wide);
    this->slide = parent_.slide();
  }
  void eachParent(VisitShared visit) override { parent_.eachShared(visit); }

 private:
  std::optional<WideResult<Parent, Op>> compute(const Batch& batch) override {
    auto rdd = parent_.compute(batch);
    if (!rdd) return std::nullopt;
    if constexpr (requires { op_.at(batch); }) {
      return op_.at(batch).over(*std::move(rdd));
    } else {
      return op_.over(*std::move(rdd));
    }
  }

  Parent parent_;
  Op op_;
};

template <Node First, Node Second, class Op>
using JointResult = decltype(std::declval<const Op&>().over(std::declval<typename First::rdd_type>(), std::declval<typename Second::rdd_type>()));

/// **meaning** an operator of two inputs over two parent nodes of one slide, shared.
template <Node First, Node Second, class Op>
class JointNode final : public SharedNode<JointResult<First, Second, Op>> {
 public:
  JointNode(First first, Second second, Op op) : first_(std::move(first)), second_(std::move(second)), op_(std::move(op)) {
    detail::takeName(this->name, op_);
    this->operatorInfo = detail::infoOf(op_, Role::Wide);
    this->slide = first_.slide();
  }
  void eachParent(VisitShared visit) override {
    first_.eachShared(visit);
    second_.eachShared(visit);
  }

 private:
  std::optional<JointResult<First, Second, Op>> compute(const Batch& batch) override {
    auto first = first_.compute(batch);
    auto second = second_.compute(batch);
    if (!first && !second) return std::nullopt;
    if (!first || !second) throw MissingBatch("dstream: one of two streams that are put together has no batch at this time");
    return op_.over(*std::move(first), *std::move(second));
  }

  First first_;
  Second second_;
  Op op_;
};

}  // namespace dstream::inline v0
