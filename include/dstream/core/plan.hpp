// SPDX-License-Identifier: BSL-1.0
#pragma once
// Plan, planOf: what a pipeline will do, counted by the compiler.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/chunks.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/lent.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

/// **meaning** how much of what a pipeline has. stages: loops, one more than there are wide operators. fused: operators that join a loop. lookThroughs: those that look
/// through their function to a scan inside it, so that no range stands between, as `flatMap(splitWords)`. shuffles: operators that move records to
/// the partition of their key or place. windows, states: operators that keep something of earlier batches. outputs: 0 or 1, of a context more.
/// chunks: whether the filters behind a range are asked 64 records at a time, without a branch while their outcomes cannot be foreseen, where what passes goes
/// into memory (see filter). whole: false when the type has forgotten what lies above, as it does where a stream or a range has gone through a wide operator: the rest is counted.
struct Plan {
  std::size_t stages = 1;
  std::size_t fused = 0;
  std::size_t lookThroughs = 0;
  std::size_t shuffles = 0;
  std::size_t windows = 0;
  std::size_t states = 0;
  std::size_t outputs = 0;
  bool chunks = false;
  bool whole = true;

  /// The plan with one operator more.
  [[nodiscard]] constexpr Plan with(const OperatorInfo& info) const {
    Plan plan = *this;
    const Role role = info.role;
    const bool carried = role == Role::WindowState || role == Role::State;
    plan.stages += role == Role::Wide || role == Role::Shuffle || carried ? 1U : 0U;
    plan.fused += role == Role::Fused || role == Role::Partition ? 1U : 0U;
    plan.lookThroughs += info.scan != nullptr ? 1U : 0U;
    plan.shuffles += role == Role::Shuffle || info.shuffles ? 1U : 0U;
    plan.windows += role == Role::Window || role == Role::WindowState ? 1U : 0U;
    plan.states += role == Role::State ? 1U : 0U;
    plan.outputs += role == Role::Output ? 1U : 0U;
    return plan;
  }
  friend constexpr bool operator==(const Plan&, const Plan&) = default;
};

namespace detail {

constexpr Role roleOf(Kind kind) {
  switch (kind) {
    case Kind::Narrow: return Role::Fused;
    case Kind::Temporal: return Role::Transform;
    case Kind::Action: return Role::Action;
    case Kind::Output: return Role::Output;
    case Kind::Wide:
    case Kind::Joint:
    case Kind::Split: break;
  }
  return Role::Wide;
}

/// What follows a plan: an operator, or several.
template <class Op>
struct InPlan {
  static constexpr Plan after(Plan plan) {
    if constexpr (requires { typename Op::Before; }) plan = InPlan<typename Op::Before>::after(plan);
    return plan.with(infoOf<Op>(roleOf(Op::kind)));
  }
};
template <class First, class Then>
struct InPlan<Composed<First, Then>> {
  static constexpr Plan after(Plan plan) { return InPlan<Then>::after(InPlan<First>::after(plan)); }
};

/// The end of a loop, for types: takes anything.
struct AnyEnd {
  template <class Accumulator, class Record>
  constexpr Accumulator operator()(Accumulator accumulator, Record&&) const {
    return accumulator;
  }
};

/// Whether a loop over R whose body is Step runs in chunks where it ends in memory.
template <class R, class Step>
inline constexpr bool runsInChunks = false;
template <class Range, Hold hold, class Step>
inline constexpr bool runsInChunks<RangeRdd<Range, hold>, Step> = RandomAccess<Range> && Thins<Step, typename RangeRdd<Range, hold>::reference>;
template <class Parent, class Step>
inline constexpr bool runsInChunks<RunnerRdd<Parent>, Step> = runsInChunks<Parent, Step>;
template <class Parent, class Op, class Step>
inline constexpr bool runsInChunks<NarrowRdd<Parent, Op>, Step> =
    runsInChunks<Parent, typename Op::template Step<Step>>;

/// What a type that has records, or takes them, says of its own plan.
template <class T>
struct PlanOf {
  static constexpr Plan value{.whole = false};
};
template <Closure Op>
struct PlanOf<Op> {
  static constexpr Plan value = InPlan<Op>::after({});
};
template <class Range, Hold hold>
struct PlanOf<RangeRdd<Range, hold>> {
  static constexpr Plan value{};
};
template <class Parent>
struct PlanOf<RunnerRdd<Parent>> : PlanOf<Parent> {};
template <class Parent, class Op>
struct PlanOf<NarrowRdd<Parent, Op>> {
  static constexpr Plan after() {
    Plan plan = PlanOf<Parent>::value.with(infoOf<Op>(Role::Fused));
    plan.chunks = runsInChunks<NarrowRdd<Parent, Op>, AnyEnd>;
    return plan;
  }
  static constexpr Plan value = after();
};
template <class Parent, class Op>
struct PlanOf<NarrowRdd<Parent, Lent<Op>>> : PlanOf<NarrowRdd<Parent, Op>> {};

}  // namespace detail

/// **meaning** the plan of a pipeline, from its type alone: `static_assert(planOf(wordCount).shuffles == 1)`, or `planOf<decltype(…)>()` of an expression.
/// A pipeline without its source has the whole plan; one that begins with a range or a stream shows what comes behind its last wide operator.
template <class Pipeline>
  requires Closure<Pipeline> || detail::RddLike<Pipeline> || detail::StreamLike<Pipeline>
[[nodiscard]] consteval Plan planOf() {
  return detail::PlanOf<std::remove_cvref_t<Pipeline>>::value;
}
template <class Pipeline>
  requires Closure<Pipeline> || detail::RddLike<Pipeline>
[[nodiscard]] constexpr Plan planOf(const Pipeline&) {
  return planOf<Pipeline>();
}

}  // namespace dstream::inline v0
