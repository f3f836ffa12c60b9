// SPDX-License-Identifier: BSL-1.0
#pragma once
// aggregate: Rdd<T> → A, every record into an accumulator of another type, parts joined by a second function.

#include <type_traits>
#include <utility>

#include <dstream/actions/fold.hpp>
#include <dstream/core/accumulate.hpp>
#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Zero, class SeqOp, class CombOp>
struct AggregateAction : ActionBase {
  static constexpr OperatorInfo info{"aggregate", Role::Action};

  template <class Record>
  static consteval bool check() {
    constexpr bool adds = accumulates<SeqOp, Zero, Record>;
    static_assert(adds, "aggregate needs a function that adds a record to what began as zero: (A, T) → A, or (A&, T) → nothing");
    constexpr bool joins = accumulates<CombOp, Zero, Zero>;
    static_assert(joins, "aggregate needs a function that joins two parts: (A, A) → A, or (A&, A) → nothing");
    return adds && joins;
  }

  template <class R>
  constexpr Zero over(R rdd) const {
    return foldAll(rdd, Zero(zero), FoldStep<SeqOp, Zero>{&seqOp},
                   [&](Zero left, Zero right) -> Zero { return detail::accumulated(std::move(left), combOp, std::move(right)); });
  }

  Zero zero;
  [[no_unique_address]] SeqOp seqOp;
  [[no_unique_address]] CombOp combOp;
};

}  // namespace detail

/// **shape** Rdd<T> → A
/// **meaning** `seqOp(… seqOp(zero, first) …, last)` over each slice, the slices joined in order by `combOp`.
/// **function contract** `seqOp(A, T) → A`, `combOp(A, A) → A` associative and `zero` neutral for it, or either changes its first argument and returns nothing:
/// `(A&, T)`, `(A&, A)`, for what is dear to move; as const, from several threads.
/// **order** that of the records. **cost** the plain loop; an accumulator over 16 bytes is updated in place.
/// **errors** compile time: not such functions; an action on a DStream. **source** Spark RDD.aggregate.
template <class Zero, class SeqOp, class CombOp>
[[nodiscard]] constexpr auto aggregate(Zero zero, SeqOp seqOp, CombOp combOp) {
  return detail::AggregateAction<Zero, SeqOp, CombOp>{{}, std::move(zero), std::move(seqOp), std::move(combOp)};
}

}  // namespace dstream::inline v0
