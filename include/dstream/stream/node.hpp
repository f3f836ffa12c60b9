// SPDX-License-Identifier: BSL-1.0
#pragma once
// Nodes: the recipe of a stream's batches. Narrow operators are values inside their child; whatever is computed once per batch is a
// SharedNode behind a pointer, known by the type of its Rdd alone.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** `compute(batch)` gives the Rdd of that batch, or none: no batch, which is not the same as an empty one.
/// `eachShared(visit)` names the shared nodes directly above.
template <class T>
concept Node = requires(const T& node, const Batch& batch) {
  typename T::rdd_type;
  node.compute(batch);
};

/// **meaning** a shared node without its type: what a graph walks over. **threads** the jobs lane, but for `name`, set before start.
class NodeBase {
 public:
  NodeBase() = default;
  NodeBase(const NodeBase&) = delete;
  NodeBase& operator=(const NodeBase&) = delete;
  virtual ~NodeBase() = default;

  virtual void eachParent(FunctionRef<void(NodeBase&)>) {}
  /// Drops what is remembered of batches up to `seq`.
  virtual void forget(std::uint64_t seq) = 0;

  std::string name;
};

/// **meaning** a node whose batch is computed once and remembered, none included, however many outputs ask.
/// **cost** one virtual call per asking output and batch.
template <Rdd R>
class SharedNode : public NodeBase {
 public:
  std::optional<R> get(const Batch& batch) {
    for (const auto& [seq, rdd] : remembered_)
      if (seq == batch.seq) return rdd;
    std::optional<R> rdd = compute(batch);
    remembered_.emplace_back(batch.seq, rdd);
    return rdd;
  }
  void forget(std::uint64_t seq) override {
    std::erase_if(remembered_, [seq](const auto& entry) { return entry.first <= seq; });
  }

 private:
  virtual std::optional<R> compute(const Batch& batch) = 0;

  std::vector<std::pair<std::uint64_t, std::optional<R>>> remembered_;
};

/// **meaning** a shared node as a value.
template <Rdd R>
struct SharedRef {
  using rdd_type = R;
  [[nodiscard]] std::optional<R> compute(const Batch& batch) const { return node->get(batch); }
  void eachShared(FunctionRef<void(NodeBase&)> visit) const { visit(*node); }

  std::shared_ptr<SharedNode<R>> node;
};

/// **meaning** a narrow operator over a parent node; it owns the user's function and lends it to each batch.
template <Node Parent, class Op>
struct NarrowNode {
  using rdd_type = NarrowRdd<typename Parent::rdd_type, Lent<Op>>;
  [[nodiscard]] std::optional<rdd_type> compute(const Batch& batch) const {
    auto rdd = parent.compute(batch);
    if (!rdd) return std::nullopt;
    return rdd_type{*std::move(rdd), Lent<Op>{&op}};
  }
  void eachShared(FunctionRef<void(NodeBase&)> visit) const { parent.eachShared(visit); }

  Parent parent;
  Op op;
};

template <Node Parent, class Op>
using WideResult = decltype(std::declval<const Op&>().over(std::declval<typename Parent::rdd_type>()));

/// **meaning** a wide operator over a parent node, shared.
template <Node Parent, class Op>
class WideNode final : public SharedNode<WideResult<Parent, Op>> {
 public:
  WideNode(Parent parent, Op op) : parent_(std::move(parent)), op_(std::move(op)) {
    if constexpr (requires { op_.name; }) this->name = op_.name;
  }
  void eachParent(FunctionRef<void(NodeBase&)> visit) override { parent_.eachShared(visit); }

 private:
  std::optional<WideResult<Parent, Op>> compute(const Batch& batch) override {
    auto rdd = parent_.compute(batch);
    if (!rdd) return std::nullopt;
    return op_.over(*std::move(rdd));
  }

  Parent parent_;
  Op op_;
};

}  // namespace dstream::inline v0
