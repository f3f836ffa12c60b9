// SPDX-License-Identifier: BSL-1.0
#pragma once
// flatMapValues: DStream<(K, V)> → DStream<(K, U)>, one value in, the elements of a range or pusher out, each with its key.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/operators/flatMap.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The key is passed on with each element, so it is never moved.
template <class Record>
using SharedKey = Passed<const std::remove_reference_t<KeyRecord<Record>>&>;

template <class Row, class Key, class Next>
struct WithKeyStep {
  template <class Accumulator, class Element>
  DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Element&& element) {
    return next(std::move(accumulator), Row(key, std::forward<Element>(element)));
  }
  const Key& key;
  Next& next;
};

template <class Fn>
struct FlatMapValuesOp {
  static constexpr Kind kind = Kind::Narrow;
  static constexpr OperatorInfo info{"flatMapValues", Role::Fused, scanOf<Fn>};

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "flatMapValues needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      constexpr bool fits = callable<Fn, ValueRecord<Record>>;
      if constexpr (!fits) {
        constexpr bool said = saysWhyNot<Fn, ValueRecord<Record>>();
        static_assert(said, "flatMapValues needs a function that takes one value of this stream (as const: a mutable lambda is refused, tasks share it)");
      }
      if constexpr (fits) {
        constexpr bool many = Elements<CallResult<Fn, ValueRecord<Record>>>;
        static_assert(many, "flatMapValues needs a function that returns a range or a pusher; for one value per value use mapValues");
        return many;
      }
    }
    return false;
  }

  template <class Record>
  using Result = std::pair<SharedKey<Record>, Passed<typename ElementOf<CallResult<Fn, ValueRecord<Record>>>::type>>;

  template <class Next>
  struct Step {
    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      using Element = typename ElementOf<CallResult<Fn, ValueRecord<Record>>>::type;
      using Row = std::pair<SharedKey<Record>, Passed<Element>>;
      const auto& key = member<0>(record);
      WithKeyStep<Row, std::remove_cvref_t<decltype(key)>, Next> row{key, next};
      return typename FlatMapOp<Fn>::template Step<decltype(row)>{op.values, row}(std::move(accumulator), member<1>(std::forward<Record>(record)));
    }
    const FlatMapValuesOp& op;
    Next& next;
  };

  [[no_unique_address]] FlatMapOp<Fn> values;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, U)> (also Rdd and range)
/// **meaning** applies `fn` to each value and passes on the elements of what it returns, each with the key.
/// **function contract** `fn(V) →` a range or a Pusher such as `splitWords`; as const, from several threads; see flatMap.
/// **order** kept. **cost** the inner loop, fused; keys are referred to, not copied.
/// **errors** compile time: no pairs, not callable with the value, returns no range. What fn throws fails the batch.
/// **source** Spark PairDStreamFunctions.flatMapValues.
template <class Fn>
[[nodiscard]] constexpr auto flatMapValues(Fn fn) {
  return detail::FlatMapValuesOp<Fn>{{std::move(fn)}};
}

}  // namespace dstream::inline v0
