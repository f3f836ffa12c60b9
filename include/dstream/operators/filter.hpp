// SPDX-License-Identifier: BSL-1.0
#pragma once
// filter: DStream<T> → DStream<T>, the records for which a predicate holds.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/chunks.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Predicate>
struct FilterOp {
  static constexpr Kind kind = Kind::Narrow;
  static constexpr OperatorInfo info{"filter", Role::Fused};

  template <class Record>
  static consteval bool check() {
    using Shown = const std::remove_reference_t<Record>&;
    constexpr bool fits = callable<Predicate, Shown>;
    if constexpr (!fits) {
      constexpr bool said = saysWhyNot<Predicate, Record>();
      static_assert(said, "filter needs a predicate that takes one record of this stream (a const one, and as const itself)");
    }
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
  struct Step {
    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      // GCC 12 folds an inlined `x % 2 == 0` into a truncation it cannot vectorise; a condition of stated odds keeps the comparison.
      if (__builtin_expect_with_probability(static_cast<bool>(op.predicate(std::as_const(record))), 1, 0.5))
        return next(std::move(accumulator), std::forward<Record>(record));
      return accumulator;
    }

    template <class Reference>
    static constexpr bool thins = true;
    /// Each value is written, and stays where the predicate holds: what cannot be foreseen is an addition, not a branch.
    template <class Reference, class From, class Accumulator>
    DSTREAM_INLINE constexpr Accumulator chunk(From from, std::size_t count, Accumulator accumulator) {
      std::remove_cvref_t<Reference> kept[chunkRecords];
      std::size_t size = 0;
      for (std::size_t i = 0; i < count; ++i, ++from) {
        const std::remove_cvref_t<Reference> record = *from;
        kept[size] = record;
        size += static_cast<bool>(op.predicate(record)) ? 1 : 0;
      }
      foreseen = size <= count / 32 || size >= count - count / 32;
      return detail::foldChunk<Reference>(kept, size, std::move(accumulator), next);
    }
    /// Of the last chunk nearly all passed, or nearly none.
    template <class Reference>
    [[nodiscard]] DSTREAM_INLINE constexpr bool foreseeable() const {
      if constexpr (Thins<Next, Reference>) {
        return foreseen && next.template foreseeable<Reference>();
      } else {
        return foreseen;
      }
    }

    const FilterOp& op;
    Next& next;
    bool foreseen = false;
  };

  [[no_unique_address]] Called<Predicate> predicate;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** keeps the records for which `predicate` holds.
/// **function contract** `predicate(const T&) → bool`, a function or a pointer to member; once per record, as const, from several threads.
/// **order** kept. **cost** the call and a branch, fused; loops over numbers still vectorise. Small values of a range with random access, on their way into a vector, a
/// table or another place in memory, are asked 64 at a time, and without a branch while their outcomes cannot be foreseen: a quarter of the loop's time where half pass.
/// **errors** compile time: not a predicate of the record. What it throws fails the batch.
/// **source** Spark DStream.filter. **example** examples/lines_with_a.cpp
template <class Predicate>
[[nodiscard]] constexpr auto filter(Predicate predicate) {
  return detail::FilterOp<Predicate>{std::move(predicate)};
}

}  // namespace dstream::inline v0
