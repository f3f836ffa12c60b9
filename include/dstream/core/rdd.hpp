// SPDX-License-Identifier: BSL-1.0
#pragma once
// Rdd: partitions of records that are pushed through a step; NarrowRdd fuses an operator into its parent's loop.

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/lanes.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/remake.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>

namespace dstream::inline v0 {

/// **meaning** what one task folds: the index-th of `count` nearly equal parts of a partition, cut at record boundaries.
struct Slice {
  std::size_t partition = 0;
  std::size_t index = 0;
  std::size_t count = 1;
};

/// **meaning** a batch of records in ordered partitions, computed by pushing each record through a step.
/// `reference` is what a step receives, `value_type` the same without reference and const. `prepare(runner)` does the work of wide
/// parents; before it `partitions` and `fold` may not be called. `splits(partition, bytes)` says in how many slices of about that
/// size a partition can be cut, whatever the number of workers. `fold(slice, accumulator, step)` threads the accumulator through
/// `step(accumulator, record)`, one call site per loop; concurrent folds of different slices are allowed.
/// It is not const: records of an owned container may be moved out, so each slice is folded once.
template <class T>
concept Rdd = requires(const T& rdd, T& mutableRdd, Inline runner) {
  typename T::value_type;
  typename T::reference;
  { rdd.partitions() } -> std::convertible_to<std::size_t>;
  { rdd.splits(std::size_t{}, std::size_t{}) } -> std::convertible_to<std::size_t>;
  { rdd.runner() } -> Runner;
  mutableRdd.prepare(runner);
};

namespace detail {
/// In the place of a Slice: all partitions in order, on the calling thread. Without partitions there is less around the loop, of which the compiler makes copies.
struct Everything {};
/// What can be folded so; any other Rdd is folded partition by partition.
template <class R>
concept FoldsEverything = requires { requires R::foldsEverything; };
}  // namespace detail

/// **meaning** an accumulator that can end the loop: sources, flatMap and pushers ask `stopped` after each step.
/// **cost** a test per record, and no vectorisation; accumulators of other types pay nothing.
template <class Value>
struct Until {
  Value value;
  bool stop = false;
};

template <class Accumulator>
inline constexpr bool canStop = false;
template <class Value>
inline constexpr bool canStop<Until<Value>> = true;

template <class Accumulator>
DSTREAM_INLINE constexpr bool stopped(const Accumulator& accumulator) {
  if constexpr (canStop<Accumulator>) return accumulator.stop;
  return false;
}

/// Small enough to travel in registers; every other accumulator is passed as a pointer to where it lives.
template <class T>
inline constexpr bool wordSized =
    sizeof(T) <= 16 && std::is_trivially_copy_constructible_v<T> && std::is_trivially_destructible_v<T>;

template <class Parent, class Op>
struct NarrowRdd;

namespace detail {

/// What a NarrowRdd is, every pipe would find out anew at a cost that grows with its depth: it is an Rdd and no range.
template <class T>
inline constexpr bool isNarrowRdd = false;
template <class Parent, class Op>
inline constexpr bool isNarrowRdd<NarrowRdd<Parent, Op>> = true;

/// A loop in which there is no operator yet: what the source knows, which all layers of operators over it inherit.
template <class Source>
struct Loop {
  static constexpr bool foldsEverything = FoldsEverything<Source>;

  [[nodiscard]] constexpr std::size_t partitions() const { return source.partitions(); }
  [[nodiscard]] constexpr std::size_t splits(std::size_t partition, std::size_t bytes) const { return source.splits(partition, bytes); }
  [[nodiscard]] constexpr auto runner() const { return source.runner(); }
  template <Runner R>
  constexpr void prepare(R& runner) {
    source.prepare(runner);
  }
  [[nodiscard]] constexpr std::size_t recordCount() const
    requires requires(const Source& records) { records.recordCount(); }
  {
    return source.recordCount();
  }

  [[no_unique_address]] Source source;
};

template <class Parent, class Op>
struct Layer;

template <class Parent>
struct LoopOf {
  using type = Loop<Parent>;
};
template <class Parent, class Op>
struct LoopOf<NarrowRdd<Parent, Op>> {
  using type = Layer<Parent, Op>;
};

/// An operator around the loop below it. A base of its NarrowRdd, and of those over that; so no NarrowRdd is the base of another one, into which it could be
/// cut down.
template <class Parent, class Op>
struct Layer : LoopOf<Parent>::type {
  using Below = typename LoopOf<Parent>::type;
  using Operator = Op;

  /// Known where the source knows it and every operator is one in, one out.
  [[nodiscard]] constexpr std::size_t recordCount() const
    requires(Op::keepsCount) && requires(const Below& below) { below.recordCount(); }
  {
    return Below::recordCount();
  }

  /// Two operators in one function: each function around the loop is one more copy of it to the compiler.
  template <class Part, class Accumulator, class Next>
  DSTREAM_INLINE constexpr Accumulator fold(Part part, Accumulator accumulator, Next& next) {
    typename Op::template Step<Next> last{op, next};
    if constexpr (isNarrowRdd<Parent>) {
      typename Below::Operator::template Step<decltype(last)> first{this->Below::op, last};
      if constexpr (requires { typename Below::Below::Operator; }) {
        return this->Below::Below::fold(part, std::move(accumulator), first);
      } else {
        return this->source.fold(part, std::move(accumulator), first);
      }
    } else {
      return this->source.fold(part, std::move(accumulator), last);
    }
  }

  [[no_unique_address]] Op op;
};

}  // namespace detail

/// **meaning** a narrow operator over a parent: the parent's loop with the operator's step around the next one.
template <class Parent, class Op>
struct [[nodiscard("a pipeline does nothing until an action or output ends it")]] NarrowRdd : detail::Layer<Parent, Op> {
  using reference = typename Op::template Result<typename Parent::reference>;
  using value_type = std::remove_cvref_t<reference>;
};

/// **meaning** an Rdd whose tasks run on the given runner instead of the calling thread.
template <class Parent>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] RunnerRdd {
 public:
  using reference = typename Parent::reference;
  using value_type = typename Parent::value_type;

  RunnerRdd(Parent parent, RunnerRef runner) : parent_(std::move(parent)), runner_(runner) {}

  [[nodiscard]] Parent takeParent() && { return std::move(parent_); }

  [[nodiscard]] std::size_t partitions() const { return parent_.partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return parent_.splits(partition, bytes); }
  [[nodiscard]] RunnerRef runner() const { return runner_; }
  [[nodiscard]] std::size_t recordCount() const
    requires requires(const Parent& parent) { parent.recordCount(); }
  {
    return parent_.recordCount();
  }
  template <Runner R>
  void prepare(R& runner) {
    parent_.prepare(runner);
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    return parent_.fold(slice, std::move(accumulator), step);
  }

 private:
  Parent parent_;
  RunnerRef runner_;
};

namespace detail {

/// A step over an accumulator too large for registers: the loop threads a pointer to it.
template <class Value, class Step>
struct PointerStep {
  template <class Record>
  DSTREAM_INLINE constexpr Value* operator()(Value* accumulator, Record&& record) {
    if constexpr (requires { step.into(*accumulator, std::forward<Record>(record)); }) {
      step.into(*accumulator, std::forward<Record>(record));
    } else {
      detail::remake(*accumulator, [&](Value&& before) -> Value { return step(std::move(before), std::forward<Record>(record)); });
    }
    return accumulator;
  }
  Step& step;
};

/// Folds one slice, or everything, into `accumulator`, by value when word-sized, else in place. VectorLanes are the step's own business.
template <class R, class Part, class Value, class Step>
DSTREAM_INLINE constexpr void foldInto(R& rdd, Part part, Value& accumulator, Step& step) {
  if constexpr (wordSized<Value>) {
    accumulator = rdd.fold(part, accumulator, step);
  } else if constexpr (laneCount<Value> != 0) {
    static_cast<void>(rdd.fold(part, &accumulator, step));
  } else {
    PointerStep<Value, Step> inPlace{step};
    static_cast<void>(rdd.fold(part, &accumulator, inPlace));
  }
}

/// The tasks of a prepared Rdd: every partition cut into slices of about `bytes`; in order, so joining by index keeps the order.
template <Rdd R>
BatchVector<Slice> slicesOf(const R& rdd, std::size_t bytes) {
  Deferred<BatchVector<Slice>, R> slices;
  const std::size_t partitions = rdd.partitions();
  slices.reserve(partitions);
  for (std::size_t partition = 0; partition < partitions; ++partition) {
    const std::size_t count = rdd.splits(partition, bytes);
    for (std::size_t index = 0; index < count; ++index) slices.push_back({partition, index, count});
  }
  return slices;
}

template <class R>
inline constexpr bool runsInline = std::same_as<std::remove_cvref_t<decltype(std::declval<const R&>().runner())>, Inline>;

template <class Value, class Step>
struct UntilStep {
  template <class Record>
  DSTREAM_INLINE constexpr Until<Value> operator()(Until<Value> accumulator, Record&& record) {
    return step(std::move(accumulator.value), std::forward<Record>(record));
  }
  Step& step;
};

}  // namespace detail

/// **meaning** folds one slice until `step(value, record)`, which returns an `Until`, says stop.
/// **cost** the loop tests after each record; use `fold` where nothing needs to stop.
template <Rdd R, class Value, class Step>
constexpr Until<Value> foldUntil(R& rdd, Slice slice, Value value, Step&& step) {
  detail::UntilStep<Value, std::remove_reference_t<Step>> stoppable{step};
  return rdd.fold(slice, Until<Value>{std::move(value)}, stoppable);
}

}  // namespace dstream::inline v0
