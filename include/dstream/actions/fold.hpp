// SPDX-License-Identifier: BSL-1.0
#pragma once
// fold: Rdd<T> → A, every record into an accumulator.

#include <type_traits>
#include <utility>

#include <dstream/core/accumulate.hpp>
#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Fn, class Accumulator>
struct FoldStep {
  template <class Record>
  DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) const {
    return detail::accumulated(std::move(accumulator), *fn, std::forward<Record>(record));
  }
  /// The same where the accumulator lies in memory.
  template <class Record>
  DSTREAM_INLINE constexpr void into(Accumulator& accumulator, Record&& record) const {
    detail::accumulate(accumulator, *fn, std::forward<Record>(record));
  }
  const Fn* fn;
};

template <class Accumulator, class Fn>
struct FoldAction : ActionBase {
  static constexpr OperatorInfo info{"fold", Role::Action};

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = accumulates<Fn, Accumulator, Record>;
    static_assert(fits, "fold needs a function of the accumulator and one record that returns the next accumulator, or changes the one it is given: (A&, T) → nothing");
    return fits;
  }

  template <class R>
  constexpr Accumulator over(R rdd) const& {
    return folded(rdd, Accumulator(identity));
  }
  template <class R>
  constexpr Accumulator over(R rdd) && {
    return folded(rdd, std::move(identity));
  }

 private:
  template <class R>
  constexpr Accumulator folded(R& rdd, Accumulator from) const {
    const FoldStep<Fn, Accumulator> step{&fn};
    if constexpr (runsInline<R>) {
      return foldAll(rdd, std::move(from), step, [](Accumulator left, Accumulator) { return left; });
    } else {
      constexpr bool merges = accumulates<Fn, Accumulator, Accumulator>;
      static_assert(merges, "behind a wide operator or on several workers fold also joins partial results: "
                            "give it a function that takes two accumulators as well, or collect first");
      constexpr bool copies = std::is_copy_constructible_v<Accumulator>;
      static_assert(copies, "behind a wide operator or on several workers fold begins with several copies of its identity; collect first");
      if constexpr (merges && copies) {
        return foldAll(rdd, std::move(from), step, [&](Accumulator left, Accumulator right) -> Accumulator {
          return detail::accumulated(std::move(left), fn, std::move(right));
        });
      } else {
        return from;
      }
    }
  }

 public:
  Accumulator identity;
  [[no_unique_address]] Fn fn;
};

}  // namespace detail

/// **shape** Rdd<T> → A
/// **meaning** `fn(… fn(fn(identity, first), second) …, last)`, the value itself.
/// **function contract** `fn(A, T) → A`, or `fn(A&, T)` that changes the accumulator and returns nothing, for one whose move is dear. On several workers every
/// slice starts from `identity` and fn of two accumulators joins the parts in order: it must be associative then, and identity neutral.
/// **order** that of the records. **cost** the plain loop; an accumulator over 16 bytes is updated in place.
/// **errors** compile time: not such a function; an action on a DStream. **source** Spark RDD.fold.
template <class Accumulator, class Fn>
[[nodiscard]] constexpr auto fold(Accumulator identity, Fn fn) {
  return detail::FoldAction<Accumulator, Fn>{{}, std::move(identity), std::move(fn)};
}

}  // namespace dstream::inline v0
