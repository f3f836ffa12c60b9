// SPDX-License-Identifier: BSL-1.0
#pragma once
// explain, planOf: what a stream, or all of a context's streams, will do with each batch.

#include <cstddef>
#include <string>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/explain.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/plan.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/graph.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

namespace detail {

template <Rdd R, bool again>
struct PlanOf<SharedRef<R, again>> {
  static constexpr Plan value{.whole = false};
};
template <Node Parent, class Op>
struct PlanOf<NarrowNode<Parent, Op>> {
  static constexpr Plan value = PlanOf<Parent>::value.with(infoOf<Op>(Role::Fused));
};
template <Node N>
struct PlanOf<DStream<N>> : PlanOf<N> {};

/// What lies above one or several ends: `ends(visit)` names the shared nodes directly above them.
template <class Use = OnUse>
class BasicStreamPlan {
  using Graph = BasicGraph<Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;
  using Ends = FunctionRef<void(VisitShared)>;

 public:
  explicit BasicStreamPlan(Ends ends) : ends_(ends) {
    ends_([&](NodeBase& node, const FusedOperators*) { Graph::reach(node, nodes_); });
  }

  [[nodiscard]] Plan counted() const {
    Plan plan;
    const auto fused = [&](NodeBase&, const FusedOperators* operators) {
      for (; operators != nullptr; operators = operators->next) plan = plan.with(operators->info);
    };
    for (NodeBase* node : nodes_) {
      node->eachParent(fused);
      plan = plan.with(node->operatorInfo);
    }
    ends_(fused);
    return plan;
  }

  [[nodiscard]] std::string text() const {
    BasicPlanText<Use> text;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i]->eachParent([&](NodeBase& above, const FusedOperators* operators) { loop(text, above, operators); });
      text.line(i + 1, nodes_[i]->operatorInfo, nodes_[i]->name, users(*nodes_[i]));
    }
    return text.take();
  }
  void loop(BasicPlanText<Use>& text, const NodeBase& above, const FusedOperators* operators) const {
    text.loop(number(above));
    for (; operators != nullptr; operators = operators->next) text.fused(operators->info);
    text.endLoop();
  }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

 private:
  [[nodiscard]] std::size_t number(const NodeBase& node) const {
    std::size_t i = 0;
    while (nodes_[i] != &node) ++i;
    return i + 1;
  }
  [[nodiscard]] std::size_t users(const NodeBase& node) const {
    std::size_t count = 0;
    const auto visit = [&](NodeBase& above, const FusedOperators*) { count += &above == &node ? 1U : 0U; };
    for (NodeBase* below : nodes_) below->eachParent(visit);
    ends_(visit);
    return count;
  }

  Ends ends_;
  Nodes nodes_;
};
using StreamPlan = BasicStreamPlan<>;

}  // namespace detail

/// **meaning** the plan of a stream, from its sources on, as text. Each numbered line is a source or an operator whose batches are computed once and
/// shared; the indented lines before it are the loops that lead to it, with all that is fused into them. **order** that of the data.
/// **units** durations in the largest unit of which they are multiples. **threads** at any time, from the one that builds the graph. **example** examples/explain.cpp
template <Node N>
[[nodiscard]] std::string explain(const DStream<N>& stream) {
  using Use = Deferred<OnUse, N>;
  const auto end = [&](VisitShared visit) { stream.node().eachShared(visit); };
  const detail::BasicStreamPlan<Use> plan(end);
  std::string text = plan.text();
  if constexpr (!detail::isSharedRef<N>) {
    detail::BasicPlanText<Use> last;
    end([&](NodeBase& above, const FusedOperators* operators) { plan.loop(last, above, operators); });
    text += last.take();
  }
  return text;
}

/// The same of all outputs of a graph; `context.explain()`.
template <class Use>
[[nodiscard]] std::string explain(const BasicGraph<Use>& graph) {
  const auto ends = [&](VisitShared visit) {
    for (const auto& output : graph.outputs()) output->eachShared(visit);
  };
  const detail::BasicStreamPlan<Use> plan(ends);
  detail::BasicPlanText<Use> text;
  std::size_t number = plan.size();
  for (const auto& output : graph.outputs()) {
    output->eachShared([&](NodeBase& above, const FusedOperators* operators) { plan.loop(text, above, operators); });
    text.line(++number, output->operatorInfo, output->name);
  }
  return plan.text() + text.take();
}

/// **meaning** the whole plan of a stream, counted in its graph: known when the program runs. `planOf<decltype(stream)>()` is what the compiler still sees.
template <Node N>
[[nodiscard]] Plan planOf(const DStream<N>& stream) {
  const auto end = [&](VisitShared visit) { stream.node().eachShared(visit); };
  return detail::BasicStreamPlan<Deferred<OnUse, N>>(end).counted();
}

}  // namespace dstream::inline v0
