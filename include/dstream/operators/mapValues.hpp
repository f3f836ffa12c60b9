// SPDX-License-Identifier: BSL-1.0
#pragma once
// mapValues: DStream<(K, V)> → DStream<(K, U)>, one value in, one out; keys pass.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/map.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Fn>
struct OnValue {
  template <class Record, class Result = std::pair<Passed<KeyRecord<Record>>, Passed<CallResult<Fn, ValueRecord<Record>>>>>
  DSTREAM_INLINE constexpr Result operator()(Record&& record) const {
    return Result(member<0>(std::forward<Record>(record)), detail::invoke(fn, member<1>(std::forward<Record>(record))));
  }
  [[no_unique_address]] Fn fn;
};

template <class Fn>
struct MapValuesOp : MapOp<OnValue<Fn>> {
  static constexpr OperatorInfo info{"mapValues", Role::Fused};

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "mapValues needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      constexpr bool fits = callable<Fn, ValueRecord<Record>>;
      if constexpr (!fits) {
        constexpr bool said = saysWhyNot<Fn, ValueRecord<Record>>();
        static_assert(said, "mapValues needs a function that takes one value of this stream (as const: a mutable lambda is refused, tasks share it)");
      }
      if constexpr (fits) {
        static_assert(!std::is_void_v<CallResult<Fn, ValueRecord<Record>>>, "mapValues needs a function that returns a value");
        return !std::is_void_v<CallResult<Fn, ValueRecord<Record>>>;
      }
    }
    return false;
  }
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, U)> (also Rdd and range)
/// **meaning** applies `fn` to each value. **function contract** `fn(V) → U`, a function or a pointer to member; as const, from several
/// threads. **order** kept, and so are partitions. **cost** the call, fused; a key that the parent keeps is referred to, not copied.
/// **errors** compile time: no pairs, not callable with the value, returns void. What fn throws fails the batch.
/// **source** Spark PairDStreamFunctions.mapValues.
template <class Fn>
[[nodiscard]] constexpr auto mapValues(Fn fn) {
  return detail::MapValuesOp<Fn>{{detail::OnValue<Fn>{std::move(fn)}}};
}

}  // namespace dstream::inline v0
