// SPDX-License-Identifier: BSL-1.0
#pragma once
// aggregateByKey: DStream<(K, V)> → DStream<(K, A)>, the values of each key aggregated from a zero, per batch.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/accumulate.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/shuffle/combineByKey.hpp>
#include <dstream/shuffle/key_value.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A first value, added to a copy of zero.
template <class Zero, class SeqOp>
struct FromZero {
  template <class Value>
  DSTREAM_INLINE Zero operator()(Value&& value) const {
    return detail::accumulated(Zero(zero), seqOp, std::forward<Value>(value));
  }
  Zero zero;
  [[no_unique_address]] SeqOp seqOp;
};

template <class Zero, class SeqOp, class CombOp>
struct AggregateByKeyOp : Nameable<AggregateByKeyOp<Zero, SeqOp, CombOp>> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"aggregateByKey", Role::Shuffle};

  AggregateByKeyOp(Zero from, SeqOp seq, CombOp comb, std::size_t count)
      : zero(std::move(from)), seqOp(std::move(seq)), combOp(std::move(comb)), partitions(count) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "aggregateByKey and foldByKey need (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      constexpr bool adds = accumulatesKept<SeqOp, Zero, ValueRecord<Record>>;
      static_assert(adds, "aggregateByKey and foldByKey need a function that adds a value to what began as zero: (A, V) → A, or (A&, V) → nothing");
      constexpr bool joins = accumulatesKept<CombOp, Zero, Zero>;
      static_assert(joins, "aggregateByKey and foldByKey need a function that joins two parts: (A, A) → A, or (A&, A) → nothing");
      return adds && joins && keyFits<Record>() && canKeep<Zero>();
    }
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    return combinedByKey<Zero>(std::move(rdd), tables, FromZero<Zero, SeqOp>{zero, seqOp}, seqOp, combOp, partitions);
  }

  Zero zero;
  [[no_unique_address]] SeqOp seqOp;
  [[no_unique_address]] CombOp combOp;
  std::size_t partitions;
  TableStore tables{info.name};
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, A)> (also Rdd and range)
/// **meaning** for each key `seqOp(… seqOp(zero, first) …, last)`; parts that tasks have aggregated apart are joined by `combOp`.
/// **function contract** `seqOp(A, V) → A`, `combOp(A, A) → A`, or either changes its first argument and returns nothing, `(A&, V)`, `(A&, A)`, for what is dear to
/// move; with `zero` neutral for combOp: how many parts a key has is not promised.
/// As const, from several threads; combOp associative and commutative, unless the runner is ordered.
/// **kept** one key and A per distinct key and task, as owners. **order** none promised. **cost** that of reduceByKey, a copy of zero per key.
/// **errors** compile time: no pairs, not such functions, a key without hash or ==, a K or A whose ownership cannot be seen.
/// **source** Spark PairRDDFunctions.aggregateByKey.
template <class Zero, class SeqOp, class CombOp>
[[nodiscard]] auto aggregateByKey(Zero zero, SeqOp seqOp, CombOp combOp, std::size_t partitions = 0) {
  auto seq = detail::copyable(std::move(seqOp));
  auto comb = detail::copyable(std::move(combOp));
  return detail::AggregateByKeyOp<Zero, decltype(seq), decltype(comb)>{std::move(zero), std::move(seq), std::move(comb), partitions};
}

}  // namespace dstream::inline v0
