// SPDX-License-Identifier: BSL-1.0
#pragma once
// mapPartitionsWithIndex: DStream<T> → DStream<U>, a whole partition and its number in, any number of records out.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/core/whole.hpp>
#include <dstream/operators/flatMap.hpp>

namespace dstream::inline v0 {

namespace detail {

/// glom, each partition with its number.
struct NumberedGlom {
  template <class Parent>
  using Result = std::pair<std::size_t, BufferOf<Parent>>;

  template <class Parent, class Accumulator, class Step>
  constexpr Accumulator fold(Parent& parent, std::size_t partition, Accumulator accumulator, Step& step) const {
    Result<Parent> numbered(partition, BufferOf<Parent>());
    AppendStep<BufferOf<Parent>, typename Parent::value_type> append;
    static_cast<void>(parent.fold(Slice{partition}, &numbered.second, append));
    return step(std::move(accumulator), std::move(numbered));
  }
};

template <class Fn>
struct OnNumbered {
  template <class Buffer>
  constexpr decltype(auto) operator()(std::pair<std::size_t, Buffer>&& numbered) const {
    return detail::invoke(fn, numbered.first, std::move(numbered.second));
  }
  [[no_unique_address]] Fn fn;
};

template <class Fn>
struct MapPartitionsWithIndexOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"mapPartitionsWithIndex", Role::Partition};

  template <class Record>
  static consteval bool check() {
    if constexpr (canKeep<Record>()) {
      using Buffer = std::vector<Kept<Record>>;
      constexpr bool fits = std::is_invocable_v<const Fn&, std::size_t, Buffer>;
      static_assert(fits, "mapPartitionsWithIndex needs a function of a partition's number and its records, (size_t, vector)");
      if constexpr (fits) {
        constexpr bool many = Elements<std::invoke_result_t<const Fn&, std::size_t, Buffer>>;
        static_assert(many, "mapPartitionsWithIndex needs a function that returns a range or a pusher; return std::vector{x} for one record");
        return many;
      }
    }
    return false;
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return WholeRdd<R, NumberedGlom>{std::move(rdd), {}} | FlatMapOp<OnNumbered<Fn>>{{fn}};
  }
  [[no_unique_address]] Fn fn;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<U> (also Rdd and range)
/// **meaning** mapPartitions, with the partition's number, from 0, as the function's first argument. **function contract**, **kept**, **cost**,
/// **errors** as for mapPartitions' buffered form. **source** Spark RDD.mapPartitionsWithIndex.
template <class Fn>
[[nodiscard]] constexpr auto mapPartitionsWithIndex(Fn fn) {
  auto shared = detail::copyable(std::move(fn));
  return detail::MapPartitionsWithIndexOp<decltype(shared)>{std::move(shared)};
}

}  // namespace dstream::inline v0
