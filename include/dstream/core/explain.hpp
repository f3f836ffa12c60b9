// SPDX-License-Identifier: BSL-1.0
#pragma once
// explain: what a pipeline will do, as text.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/plan.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The text of a plan: each numbered line is where a loop begins, the lines before it are the loops that lead to it.
template <class Use = OnUse>
class BasicPlanText {
 public:
  /// A loop over the records of a numbered line.
  void loop(std::size_t from) {
    (text_ += "   #") += std::to_string(from);
    first_ = true;
  }
  void fused(const OperatorInfo& info) {
    (text_ += " | ") += info.name;
    if (info.scan != nullptr) {
      (text_ += " (looks through ") += info.scan;
      text_ += first_ && info.acrossLines ? ", and through the lines of a text: one scan)" : ")";
    }
    first_ = false;
  }
  void endLoop() { text_ += "\n"; }

  void line(std::size_t number, const OperatorInfo& info, const std::string& name = {}, std::size_t users = 1) {
    (text_ += "#") += std::to_string(number);
    if (std::string(word(info.role)) != info.name) (text_ += " ") += word(info.role);
    (text_ += " ") += info.name;
    if (!name.empty()) ((text_ += " \"") += name) += "\"";
    if (info.partitions != 0) also("", count(info.partitions, "partition"));
    if (info.shuffles) also("shuffle");
    if (info.length != 0) also("", duration(info.length));
    if (info.slide != 0) (text_ += info.length != 0 ? " every " : ", every ") += duration(info.slide);
    if (info.algorithm != nullptr) also(info.algorithm);
    if (info.role == Role::State) also("one per key");
    if (info.timeout != 0) also("timeout ", duration(info.timeout));
    if (users > 1) also("used by ", std::to_string(users));
    text_ += "\n";
  }
  void note(const char* words) { ((text_ += "   ") += words) += "\n"; }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void also(const char* words) { (text_ += ", ") += words; }
  void also(const char* words, const std::string& more) { ((text_ += ", ") += words) += more; }

  static std::string count(std::size_t number, const char* what) {
    std::string text = std::to_string(number);
    ((text += " ") += what) += number == 1 ? "" : "s";
    return text;
  }

  /// In the largest unit of which it is a multiple.
  static std::string duration(std::int64_t nanoseconds) {
    const struct {
      std::int64_t size;
      const char* name;
    } units[] = {{60'000'000'000, " min"}, {1'000'000'000, " s"}, {1'000'000, " ms"}, {1'000, " us"}};
    for (const auto& unit : units)
      if (nanoseconds % unit.size == 0) return std::to_string(nanoseconds / unit.size).append(unit.name);
    return std::to_string(nanoseconds).append(" ns");
  }

  static const char* word(Role role) {
    switch (role) {
      case Role::Fused: return "fused";
      case Role::Partition: return "partition";
      case Role::Wide: return "wide";
      case Role::Shuffle: return "shuffle";
      case Role::Window:
      case Role::WindowState: return "window";
      case Role::State: return "state";
      case Role::Transform: return "transform";
      case Role::Setting: return "setting";
      case Role::Source: return "source";
      case Role::Action: return "action";
      case Role::Output: break;
    }
    return "output";
  }

  Deferred<std::string, Use> text_;
  bool first_ = false;  // what is fused next gets the records of the numbered line themselves
};
using PlanText = BasicPlanText<>;

/// Writes closures down, in the order in which records meet them.
template <class Use = OnUse>
class BasicClosureText {
 public:
  template <class First, class Then>
  void add(const Composed<First, Then>& closure) {
    add(closure.first);
    add(closure.then);
  }
  template <class Op>
  void add(const Op& op) {
    const OperatorInfo info = infoOf(op, roleOf(Op::kind));
    if constexpr (requires { typename Op::Before; }) {
      OperatorInfo before = infoOf<typename Op::Before>(Role::Wide);
      if constexpr (requires { op.partitions; }) before.partitions = op.partitions;
      add(before, {});
    }
    if constexpr (requires { op.name; }) {
      add(info, op.name, Op::kind == Kind::Joint);
    } else {
      add(info, {}, Op::kind == Kind::Joint);
    }
  }
  [[nodiscard]] std::string take() {
    if (inLoop_) text_.endLoop();
    return std::string("#1 input\n").append(text_.take());
  }

 private:
  void add(const OperatorInfo& info, const std::string& name, bool another = false) {
    if (!inLoop_) text_.loop(number_);
    inLoop_ = info.role == Role::Fused || info.role == Role::Partition || info.role == Role::Setting;
    if (inLoop_) {
      text_.fused(info);
    } else {
      text_.endLoop();
      if (another) text_.note("another input");
      text_.line(++number_, info, name);
    }
  }

  BasicPlanText<Use> text_;
  std::size_t number_ = 1;
  bool inLoop_ = false;
};
using ClosureText = BasicClosureText<>;

/// Writes down the loop over a range, from the types.
template <class R>
struct LoopText {};
template <class Range, Hold hold>
struct LoopText<RangeRdd<Range, hold>> {
  static void add(auto& text) { text.loop(1); }
};
template <class Parent>
struct LoopText<RunnerRdd<Parent>> : LoopText<Parent> {};
template <class Parent, class Op>
struct LoopText<NarrowRdd<Parent, Op>> {
  static void add(auto& text)
    requires requires { LoopText<Parent>::add(text); }
  {
    LoopText<Parent>::add(text);
    text.fused(infoOf<Op>(Role::Fused));
  }
};

}  // namespace detail

/// **meaning** the plan of a pipeline as text: its operators in the order in which records meet them. A numbered line for its input, and for each
/// operator that ends a loop or remembers something; before it, indented, the loop that leads to it, with all that is fused into it.
/// **example** examples/explain.cpp
template <Closure Pipeline>
[[nodiscard]] std::string explain(const Pipeline& pipeline) {
  detail::ClosureText text;
  text.add(pipeline);
  return text.take();
}
/// The same of a range and what is fused into the loop over it.
template <class R>
  requires requires(detail::PlanText& text) { detail::LoopText<R>::add(text); }
[[nodiscard]] std::string explain(const R&) {
  detail::PlanText text;
  detail::LoopText<R>::add(text);
  text.endLoop();
  if (planOf<R>().chunks) text.note("64 records at a time where it ends in memory, without a branch while what the filters say cannot be foreseen");
  return std::string("#1 range\n").append(text.take());
}

}  // namespace dstream::inline v0
