// SPDX-License-Identifier: BSL-1.0
#pragma once
// mapPartitions: DStream<T> → DStream<U>, a whole partition in, any number of records out.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/core/whole.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/glom.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The buffered form: glom and flatMap.
template <class Fn>
struct MapPartitionsOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"mapPartitions", Role::Partition};

  template <class Record>
  static consteval bool check() {
    if constexpr (canKeep<Record>()) {
      using Buffer = std::vector<Kept<Record>>;
      constexpr bool fits = callable<Fn, Buffer>;
      static_assert(fits, "mapPartitions needs a function that takes a partition, a vector of this stream's records; "
                          "for one that takes (partition, emit) say what it emits: mapPartitions<U>(f)");
      if constexpr (fits) {
        constexpr bool many = Elements<CallResult<Fn, Buffer>>;
        static_assert(many, "mapPartitions needs a function that returns a range or a pusher; return std::vector{x} for one record");
        return many;
      }
    }
    return false;
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return WholeRdd<R, Glom>{std::move(rdd), {}} | FlatMapOp<Fn>{fn};
  }
  [[no_unique_address]] Fn fn;
};

/// What the pushing form is given: the partition's loop, to be run once, and where its records go.
template <class Parent, class Accumulator>
class PartitionLoop {
 public:
  constexpr PartitionLoop(Parent& parent, std::size_t partition, const Accumulator& accumulator)
      : parent_(parent), partition_(partition), accumulator_(accumulator) {}

  template <class Fn>
  DSTREAM_INLINE constexpr void foreach(Fn&& fn) const {
    const auto call = [&](auto progress, auto&& record) {
      fn(std::forward<decltype(record)>(record));
      if constexpr (canStop<Accumulator>) progress.stop = accumulator_.stop;
      return progress;
    };
    static_cast<void>(parent_.fold(Slice{partition_}, std::conditional_t<canStop<Accumulator>, Until<int>, int>{}, call));
  }

 private:
  Parent& parent_;
  std::size_t partition_;
  const Accumulator& accumulator_;
};

/// To ask a function of (partition, emit) whether it can be called, before there are any.
template <class Record>
struct AnyPartition {
  template <class Fn>
  constexpr void foreach(Fn&& fn) const {
    static_cast<void>(noexcept(fn(std::declval<Record>())));
  }
};
template <class U>
struct AnyEmit {
  constexpr void operator()(U) const {}
};

template <class U, class Fn>
struct PushPartition {
  template <class>
  using Result = U;

  template <class Parent, class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Parent& parent, std::size_t partition, Accumulator accumulator, Step& step) const {
    const auto emit = [&](U record) {
      if (!v0::stopped(accumulator)) accumulator = step(std::move(accumulator), std::forward<U>(record));
    };
    fn(PartitionLoop<Parent, Accumulator>(parent, partition, accumulator), emit);
    return accumulator;
  }
  [[no_unique_address]] Fn fn;
};

template <class U, class Fn>
struct PushPartitionsOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"mapPartitions", Role::Partition};

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = std::is_invocable_v<const Fn&, AnyPartition<Record>, const AnyEmit<U>&>;
    static_assert(fits, "mapPartitions<U> needs a function of (partition, emit) that calls partition.foreach(f) once and emit(U) at will");
    return fits;
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return WholeRdd<R, PushPartition<U, Fn>>{std::move(rdd), {fn}};
  }
  [[no_unique_address]] Fn fn;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<U> (also Rdd and range)
/// **meaning** `mapPartitions(f)`: passes on the elements of `f(records)`, a partition's records in a vector. `mapPartitions<U>(f)`: calls
/// `f(partition, emit)`, which runs the partition through by `partition.foreach([&](auto&& record) { … })` and passes on what it
/// gives to `emit`; nothing is buffered, and the loop is fused.
/// **function contract** called once for each partition, also for an empty one; as const, from several threads. A function for
/// `foreach` may change what it captures: it belongs to one partition.
/// **kept** the first form a partition per task, as owners; the second nothing. **order** kept. **cost** a partition is one task.
/// **errors** compile time: not such a function, records that cannot be kept. What f throws fails the batch.
/// **source** Spark DStream.mapPartitions.
template <class U = void, class Fn>
[[nodiscard]] constexpr auto mapPartitions(Fn fn) {
  auto held = detail::copyable(std::move(fn));
  if constexpr (std::is_void_v<U>) {
    return detail::MapPartitionsOp<decltype(held)>{std::move(held)};
  } else {
    return detail::PushPartitionsOp<U, decltype(held)>{std::move(held)};
  }
}

}  // namespace dstream::inline v0
