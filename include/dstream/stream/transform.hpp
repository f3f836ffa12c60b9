// SPDX-License-Identifier: BSL-1.0
#pragma once
// transform, transformWith: DStream<T> → DStream<U>, a function of each batch as a whole.

#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/batch_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/fixed.hpp>
#include <dstream/stream/later_rdd.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The function's result for these batches; it may also ask for the batch's identity or time.
template <class Fn, class... Batches>
decltype(auto) callTransform(Fn& fn, const Batch& batch, const Batches&... batches) {
  if constexpr (std::is_invocable_v<Fn&, Batches..., const Batch&>) {
    return fn(batches..., batch);
  } else if constexpr (std::is_invocable_v<Fn&, Batches..., Time>) {
    return fn(batches..., batch.time);
  } else {
    return fn(batches...);
  }
}

template <class Fn, class... Batches>
inline constexpr bool transforms =
    std::is_invocable_v<Fn&, Batches...> || std::is_invocable_v<Fn&, Batches..., const Batch&> || std::is_invocable_v<Fn&, Batches..., Time>;

/// What transform's function takes.
template <Node Parent>
using BatchFor = LaterRdd<BatchRdd<typename Parent::rdd_type>>;

/// An Rdd is taken as it is, a range as the head of a pipeline, copied if it is somebody else's; what would run on the calling thread gets the stream's workers.
template <class Result>
auto batchOf(Result&& result, RunnerRef runner) {
  using R = std::remove_cvref_t<Result>;
  if constexpr (isLater<R>) {
    return batchOf(lasting(R(std::forward<Result>(result))), runner);
  } else if constexpr (RddLike<Result>) {
    if constexpr (runsInline<R>) {
      return RunnerRdd<R>{std::forward<Result>(result), runner};
    } else {
      return R(std::forward<Result>(result));
    }
  } else {
    auto head = Unborrow{}(headOf(std::forward<Result>(result)));
    return RunnerRdd<decltype(head)>{std::move(head), runner};
  }
}

template <class Fn, Node... Parents>
using TransformGiven =
    decltype(callTransform(std::declval<Fn&>(), std::declval<const Batch&>(), std::declval<const BatchFor<Parents>&>()...));
template <class Fn, Node... Parents>
using TransformResult = decltype(batchOf(std::declval<TransformGiven<Fn, Parents...>>(), RunnerRef{}));

/// Whether what the function gives can be a batch.
template <class Given>
consteval bool checkTransformed() {
  constexpr bool gives = RddLike<Given> || Iterable<Given>;
  static_assert(gives || std::is_same_v<Given, Invalid>, "transform's function must return a batch: an Rdd or a range");
  if constexpr (gives) {
    using Result = decltype(batchOf(std::declval<Given>(), RunnerRef{}));
    static_assert(!borrows<Result>, "what transform's function returns looks at a container that may be gone when the batch runs; return the container itself, "
                                    "or std::move it into the pipeline");
  }
  return gives;
}

template <Node N>
BatchFor<N> batchOfParent(const N& parent, const Batch& batch) {
  auto rdd = parent.compute(batch);
  if (!rdd) throw MissingBatch("dstream: transform: an input stream has no batch at this time");
  return {{*std::move(rdd), batch}};
}

template <class Fn, Node First, Node... Others>
class TransformNode final : public SharedNode<TransformResult<Fn, First, Others...>> {
  using Result = TransformResult<Fn, First, Others...>;

 public:
  TransformNode(Fn fn, First first, Others... others) : fn_(std::move(fn)), parents_(std::move(first), std::move(others)...) {
    this->slide = std::get<0>(parents_).slide();
    this->operatorInfo = {sizeof...(Others) == 0 ? "transform" : "transformWith", Role::Transform};
  }
  void eachParent(VisitShared visit) override {
    std::apply([&](const auto&... parents) { (parents.eachShared(visit), ...); }, parents_);
  }

 private:
  std::optional<Result> compute(const Batch& batch) override {
    return std::apply(
        [&](const auto& first, const auto&... others) {
          auto rdd = batchOfParent(first, batch);
          const RunnerRef runner = rdd.runner();
          return detail::batchOf(callTransform(fn_, batch, rdd, batchOfParent(others, batch)...), runner);
        },
        parents_);
  }

  Fn fn_;
  std::tuple<First, Others...> parents_;
};

template <class Fn, Node Parent>
using TransformListGiven = decltype(callTransform(std::declval<Fn&>(), std::declval<const Batch&>(), std::declval<const std::vector<BatchFor<Parent>>&>()));
template <class Fn, Node Parent>
using TransformListResult = decltype(batchOf(std::declval<TransformListGiven<Fn, Parent>>(), RunnerRef{}));

/// The same over streams of one type.
template <class Fn, Node Parent>
class TransformListNode final : public SharedNode<TransformListResult<Fn, Parent>> {
  using Result = TransformListResult<Fn, Parent>;

 public:
  TransformListNode(Fn fn, std::vector<Parent> parents) : fn_(std::move(fn)), parents_(std::move(parents)) {
    this->slide = parents_.front().slide();
    this->operatorInfo = {"transform", Role::Transform};
  }
  void eachParent(VisitShared visit) override {
    for (const Parent& parent : parents_) parent.eachShared(visit);
  }

 private:
  std::optional<Result> compute(const Batch& batch) override {
    std::vector<BatchFor<Parent>> batches;
    for (const Parent& parent : parents_) batches.push_back(batchOfParent(parent, batch));
    const RunnerRef runner = batches.front().runner();
    return detail::batchOf(callTransform(fn_, batch, std::as_const(batches)), runner);
  }

  Fn fn_;
  std::vector<Parent> parents_;
};

template <class Fn, class... Others>
struct TransformOp : Nameable<TransformOp<Fn, Others...>> {
  static constexpr Kind kind = Kind::Temporal;
  static constexpr OperatorInfo info{sizeof...(Others) == 0 ? "transform" : "transformWith", Role::Transform};

  template <class Record>
  static consteval bool check() {
    return true;
  }

  template <class N>
  auto onto(const DStream<N>& stream) const {
    constexpr bool fits = transforms<Fn, BatchFor<N>, LaterRdd<BatchRdd<typename Others::rdd_type>>...>;
    static_assert(fits, "transform needs a function of one batch of each stream, as [](auto batch) { return batch | …; }, and the Time if it likes");
    if constexpr (fits) {
      return std::apply([&](const auto&... other) { return make(stream, other...); }, others);
    } else {
      return Invalid{};
    }
  }

  explicit TransformOp(Fn given, Others... streams) : fn(std::move(given)), others(std::move(streams)...) {}

  Fn fn;
  std::tuple<Others...> others;

 private:
  template <class First>
  auto make(const First& first, const Others&... other) const {
    (first.requireSameClock(other, info.name), ...);
    using Made = TransformNode<Fn, std::remove_cvref_t<decltype(first.node())>, std::remove_cvref_t<decltype(other.node())>...>;
    using Given = TransformGiven<Fn, std::remove_cvref_t<decltype(first.node())>, std::remove_cvref_t<decltype(other.node())>...>;
    if constexpr (checkTransformed<Given>()) {
      using Result = TransformResult<Fn, std::remove_cvref_t<decltype(first.node())>, std::remove_cvref_t<decltype(other.node())>...>;
      auto node = std::make_shared<Made>(fn, first.node(), other.node()...);
      node->name = this->name;
      constexpr bool again = replayable<std::remove_cvref_t<decltype(first.node())>> && (replayable<std::remove_cvref_t<decltype(other.node())>> && ...);
      return DStream<SharedRef<Result, again>>{first.graph(), {std::move(node)}};
    } else {
      return Invalid{};
    }
  }
};

/// A function that cannot be copied is shared: a closure may be put on several streams.
template <class Fn, class... Others>
auto transformOp(Fn fn, Others... others) {
  auto held = copyable(std::move(fn));
  return TransformOp<decltype(held), Others...>{std::move(held), std::move(others)...};
}

}  // namespace detail

/// **shape** DStream<T> → DStream<U>
/// **meaning** each batch becomes what `fn` makes of it, with operators on the batch: `transform([&](auto batch) { return batch | join(users); })`.
/// **function contract** `fn(batch)`, `fn(batch, Time)` or `fn(batch, const Batch&)`, where batch is a BatchRdd<…>; gives an Rdd or a range. Called
/// once per batch on the jobs lane before any output of the batch runs, so it may read what the program changes (under its own lock); the
/// functions inside the Rdd that it returns run later. One that cannot be copied is called as const.
/// **kept** of a container that is another input (`join(users)`) or the result itself one copy per batch, as it is at the call. To look at one that outlives the
/// stream without a copy, and as it is when the batch runs: `join(std::views::all(users))`. One that never changes is copied once by `stream | join(users)`. What is made
/// of ranges alone, as `users | reduceByKey(plus)`, and is the result looks at `users` later: std::move it then.
/// **cost** one call per batch; what it composes is fused as ever.
/// **errors** compile time: not such a function, or a result that looks at a container which may be gone. What it throws, and a stream without a batch at this time, fail the batch before its outputs run, and each window
/// that holds it. **source** Spark DStream.transform.
template <class Fn>
[[nodiscard]] auto transform(Fn fn) {
  return detail::transformOp(std::move(fn));
}

/// **shape** DStream<T> × DStream<U>… → DStream<V>. The same over the batches of several streams of one context and slide, `fn(batch, others…)`.
/// **errors** std::invalid_argument for streams of different contexts or slides. **source** Spark DStream.transformWith, StreamingContext.transform.
template <detail::StreamLike Other, class Fn>
[[nodiscard]] auto transformWith(Other other, Fn fn) {
  return detail::transformOp(std::move(fn), std::move(other));
}
template <detail::StreamLike First, detail::StreamLike Second, class... More>
[[nodiscard]] auto transformWith(First first, Second second, More... more) {
  auto all = std::tuple(std::move(first), std::move(second), std::move(more)...);
  return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
    return detail::transformOp(std::move(std::get<sizeof...(Index)>(all)), std::move(std::get<Index>(all))...);
  }(std::make_index_sequence<sizeof...(More) + 1>{});
}

/// **shape** vector of DStream<T> → DStream<V>, for streams that are chosen at run time: `transform(streams, [](const auto& batches) { return …; })`
/// **meaning** the same over a list of streams of one type (AnyDStream<T> where they are made of different things), of one context and slide.
/// **function contract** `fn(batches)`, `fn(batches, Time)` or `fn(batches, const Batch&)`, where batches is a const std::vector<BatchRdd<…>>&, in the list's order; else as transform's.
/// **errors** std::invalid_argument for no streams, different contexts or slides; IllegalState after start; else as transform. **source** Spark StreamingContext.transform.
template <class Stream, class Fn>
[[nodiscard]] auto transform(const std::vector<Stream>& streams, Fn fn) {
  static_assert(detail::StreamLike<Stream>, "transform of a list needs a std::vector of streams of one type; make it a std::vector<AnyDStream<T>> where they are of several");
  if constexpr (!detail::StreamLike<Stream>) {
    return Invalid{};
  } else {
    auto held = detail::copyable(std::move(fn));
    using Held = decltype(held);
    using N = std::remove_cvref_t<decltype(streams.front().node())>;
    constexpr bool fits = detail::transforms<Held, const std::vector<detail::BatchFor<N>>&>;
    static_assert(fits, "transform of a list needs a function of a vector of batches, as [](const auto& batches) { return batches.front() | …; }, and the Time if it likes");
    if constexpr (!fits) {
      return Invalid{};
    } else if constexpr (!detail::checkTransformed<detail::TransformListGiven<Held, N>>()) {
      return Invalid{};
    } else {
      if (streams.empty()) throw std::invalid_argument("dstream: transform needs at least one stream");
      std::vector<N> parents;
      for (const Stream& stream : streams) {
        streams.front().requireSameClock(stream, "transform");
        parents.push_back(stream.node());
      }
      const auto& graph = streams.front().graph();
      graph->requireOpen("an operator");
      using Result = detail::TransformListResult<Held, N>;
      return DStream<SharedRef<Result, detail::replayable<N>>>{graph, {std::make_shared<detail::TransformListNode<Held, N>>(std::move(held), std::move(parents))}};
    }
  }
}

}  // namespace dstream::inline v0
