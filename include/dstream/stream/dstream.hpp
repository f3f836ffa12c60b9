// SPDX-License-Identifier: BSL-1.0
#pragma once
// DStream: an endless sequence of batches, as a value; the one place that lifts every operator from batches to streams.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/stream/fixed.hpp>
#include <dstream/stream/graph.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

namespace detail {
template <class T>
inline constexpr bool isSharedRef = false;
template <class R, bool again>
inline constexpr bool isSharedRef<SharedRef<R, again>> = true;

[[noreturn]] inline void refuseSlides(std::int64_t first, std::int64_t second, const char* operatorName) {
  std::string text = "dstream: ";
  if (operatorName != nullptr) text.append(operatorName).append(": ");
  text += "two streams that are put together must have the same slide, not ";
  text += std::to_string(first);
  text += " ns and ";
  text += std::to_string(second);
  text += " ns; window one of them first";
  throw std::invalid_argument(text);
}
}  // namespace detail

/// Says what is wrong with DStream<T>, once: what follows accepts it in silence.
template <class Records>
class DStream {
  static_assert(Node<Records>,
                "a DStream is named by its pipeline, not by its records: write auto, or AnyDStream<T> for a parameter, a member or a container of streams of T");

 public:
  using stream_tag = void;
  template <class Stream>
  DStream(const Stream&) {}  // NOLINT(google-explicit-constructor): any
  template <class Op>
  Invalid lift(const Op&) const {
    return {};
  }
};

/// **meaning** a node of a streaming context's graph. Copies mean the same stream; several pipelines may begin at one.
/// **errors** piping after start or stop throws IllegalState; an action does not compile.
template <Node N>
class [[nodiscard("a stream does nothing until an output such as print() or foreachRDD(f) ends it")]] DStream<N> {
 public:
  using stream_tag = void;
  using rdd_type = typename N::rdd_type;
  using value_type = typename rdd_type::value_type;

  DStream(std::shared_ptr<Graph> graph, N node) : graph_(std::move(graph)), node_(std::move(node)) {}

  /// Says what is wrong.
  template <Node Other>
    requires(!std::is_same_v<Other, N>)
  DStream& operator=(const DStream<Other>&) {
    static_assert(std::is_same_v<Other, N>, "a stream has the type of its pipeline, and this one has another; give it a variable of its own, or declare AnyDStream<T> where one "
                                            "variable is to hold different streams of T");
    return *this;
  }

  /// The stream under a name, by which events, plans and checkpoints know it. For sources, keyed results and other shared nodes.
  DStream named(std::string name) const {
    static_assert(detail::isSharedRef<N>, "only sources, keyed results and outputs have names; a fused operator leaves no trace at run time");
    graph_->requireOpen("a name");
    node_.node->name = std::move(name);
    node_.node->nameless = false;
    return *this;
  }

  /// What `stream | closure` means; called by operator|.
  template <class Op>
  auto lift(Op&& op) const {
    using Plain = std::remove_cvref_t<Op>;
    using Record = typename rdd_type::reference;
    if constexpr (Plain::kind == Kind::Action) {
      static_assert(Plain::kind != Kind::Action,
                    "an action gives the value of one batch, and a DStream has many; use it inside foreachRDD([](auto batch) { … })");
      return Invalid{};
    } else if constexpr (!Plain::template check<Record>()) {
      return Invalid{};
    } else if constexpr (Plain::kind == Kind::Narrow && !std::is_copy_constructible_v<Plain>) {
      static_assert(std::is_copy_constructible_v<Plain>,
                    "a function of this pipeline cannot be copied, and each batch of a stream has its own; let it hold a std::shared_ptr where it holds a std::unique_ptr");
      return Invalid{};
    } else if constexpr (Plain::kind == Kind::Narrow) {
      graph_->requireOpen("an operator");
      return DStream<NarrowNode<N, Plain>>{graph_, {node_, std::forward<Op>(op)}};
    } else if constexpr (Plain::kind == Kind::Wide) {
      graph_->requireOpen("an operator");
      using Result = WideResult<N, Plain>;
      return DStream<SharedRef<Result, detail::replayable<N>>>{graph_, {std::make_shared<WideNode<N, Plain>>(node_, std::forward<Op>(op))}};
    } else if constexpr (Plain::kind == Kind::Joint) {
      graph_->requireOpen("an operator");
      return putTogether(std::forward<Op>(op));
    } else if constexpr (Plain::kind == Kind::Temporal || Plain::kind == Kind::Split) {
      graph_->requireOpen("an operator");
      return std::forward<Op>(op).onto(*this);
    } else {
      std::forward<Op>(op).attach(*graph_, node_);
      return Attached{};
    }
  }

  /// The remembered batches of a stretch of time. See stream/slice.hpp.
  [[nodiscard]] auto slice(Time from, Time to) const;
  [[nodiscard]] auto slice(Interval interval) const;

  [[nodiscard]] const std::shared_ptr<Graph>& graph() const { return graph_; }
  [[nodiscard]] const N& node() const { return node_; }

  /// **errors** std::invalid_argument, with the operator's name where it is given, unless both streams belong to one context and have batches at the same times.
  template <class Other>
  void requireSameClock(const Other& other, const char* operatorName = nullptr) const {
    if (other.graph() != graph_) throw std::invalid_argument("dstream: two streams that are put together must belong to one StreamingContext");
    if (other.node().slide() != node_.slide()) detail::refuseSlides(node_.slide(), other.node().slide(), operatorName);
  }

 private:
  template <class Op>
  auto putTogether(Op&& op) const {
    using Plain = std::remove_cvref_t<Op>;
    using Other = std::remove_cvref_t<decltype(op.other)>;
    if constexpr (detail::StreamLike<Other>) {
      requireSameClock(op.other, Plain::info.name);
      using M = std::remove_cvref_t<decltype(op.other.node())>;
      using Both = JointNode<N, M, decltype(op.op)>;
      using Result = JointResult<N, M, decltype(op.op)>;
      return DStream<SharedRef<Result, detail::replayable<N> && detail::replayable<M>>>{graph_, {std::make_shared<Both>(node_, op.other.node(), std::forward<Op>(op).op)}};
    } else {
      auto other = detail::keptForAll(std::forward<Op>(op).other);
      using Fixed = detail::WithFixed<decltype(op.op), decltype(other), rdd_type>;
      using Result = WideResult<N, Fixed>;
      return DStream<SharedRef<Result, detail::replayable<N>>>{graph_, {std::make_shared<WideNode<N, Fixed>>(node_, Fixed{std::forward<Op>(op).op, std::move(other)})}};
    }
  }

  std::shared_ptr<Graph> graph_;
  N node_;
};

}  // namespace dstream::inline v0
