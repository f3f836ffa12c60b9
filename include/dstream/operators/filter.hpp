// SPDX-License-Identifier: BSL-1.0
#pragma once
// filter: DStream<T> → DStream<T>, the records for which a predicate holds.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Predicate, class Next>
struct FilterStep {
  template <class Accumulator, class Record>
  DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
    // GCC 12 folds an inlined `x % 2 == 0` into a truncation it cannot vectorise; a condition of stated odds keeps the comparison.
    if (__builtin_expect_with_probability(static_cast<bool>(detail::invoke(predicate, std::as_const(record))), 1, 0.5))
      return next(std::move(accumulator), std::forward<Record>(record));
    return accumulator;
  }
  const Predicate& predicate;
  Next& next;
};

template <class Predicate>
struct FilterOp {
  static constexpr Kind kind = Kind::Narrow;
  static constexpr OperatorInfo info{"filter", Role::Fused};

  template <class Record>
  static consteval bool check() {
    using Shown = const std::remove_reference_t<Record>&;
    constexpr bool fits = callable<Predicate, Shown>;
    static_assert(fits, "filter needs a predicate that takes one record of this stream (a const one, and as const itself)");
    if constexpr (fits) {
      constexpr bool decides = std::is_constructible_v<bool, CallResult<Predicate, Shown>>;
      static_assert(decides, "filter needs a predicate that returns bool");
      return decides;
    }
    return false;
  }

  template <class Record>
  using Result = Record;

  template <class Next>
  DSTREAM_INLINE constexpr auto step(Next& next) const {
    return FilterStep<Predicate, Next>{predicate, next};
  }

  [[no_unique_address]] Predicate predicate;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** keeps the records for which `predicate` holds.
/// **function contract** `predicate(const T&) → bool`, a function or a pointer to member; once per record, as const, from several threads.
/// **order** kept. **cost** the call and a branch, fused; loops over numbers still vectorise.
/// **errors** compile time: not a predicate of the record. What it throws fails the batch.
/// **source** Spark DStream.filter. **example** examples/lines_with_a.cpp
template <class Predicate>
[[nodiscard]] constexpr auto filter(Predicate predicate) {
  return detail::FilterOp<Predicate>{std::move(predicate)};
}

}  // namespace dstream::inline v0
