// SPDX-License-Identifier: BSL-1.0
#pragma once
// flatMap: DStream<T> → DStream<U>, one record in, the elements of a range or pusher out.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pusher.hpp>
#include <dstream/core/range_rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class T>
concept Elements = Pusher<std::remove_cvref_t<T>> || Iterable<T>;

/// What the elements of a flatMap's result are passed on as: those of a container made for this record may be moved out, those of a vector<bool> are bool.
template <class Inner>
struct ElementOf {
  using Yield = decltype(*detail::first(std::declval<std::remove_reference_t<Inner>&>()));
  static constexpr bool moves =
      !std::is_lvalue_reference_v<Inner> && !isView<std::remove_cvref_t<Inner>> && OwnsElements<std::remove_cvref_t<Inner>> && std::is_lvalue_reference_v<Yield>;
  static constexpr bool proxies = !std::is_reference_v<Yield> && OwnsElements<std::remove_cvref_t<Inner>>;
  using type = std::conditional_t<moves, std::add_rvalue_reference_t<std::remove_reference_t<Yield>>, RecordOf<std::remove_cvref_t<Inner>, Yield, proxies>>;
};
template <class Inner>
  requires Pusher<std::remove_cvref_t<Inner>>
struct ElementOf<Inner> {
  using type = typename std::remove_cvref_t<Inner>::reference;
};

template <class Fn>
struct FlatMapOp {
  static constexpr Kind kind = Kind::Narrow;
  static constexpr OperatorInfo info{"flatMap", Role::Fused, scanOf<Fn>, false, LooksAcrossLines<Fn>};

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = callable<Fn, Record>;
    if constexpr (!fits) {
      constexpr bool said = saysWhyNot<Fn, Record>();
      static_assert(said, "flatMap needs a function that takes one record of this stream (as const: a mutable lambda is refused, tasks share it)");
    }
    if constexpr (fits) {
      constexpr bool many = Elements<CallResult<Fn, Record>>;
      static_assert(many, "flatMap needs a function that returns a range or a pusher; for one record per record use map");
      return many;
    }
    return false;
  }

  template <class Record>
  using Result = typename ElementOf<CallResult<Fn, Record>>::type;

  template <class Next>
  struct Step {
    static constexpr bool acrossLines = LooksAcrossLines<Fn>;

    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      using Inner = CallResult<Fn, Record>;
      auto&& inner = op.fn(std::forward<Record>(record));
      if constexpr (Pusher<std::remove_cvref_t<Inner>>) {
        return inner.fold(std::move(accumulator), next);
      } else {
        auto to = detail::last(inner);
        for (auto from = detail::first(inner); from != to; ++from) {
          accumulator = next(std::move(accumulator), static_cast<typename ElementOf<Inner>::type>(*from));
          if (v0::stopped(accumulator)) break;
        }
        return accumulator;
      }
    }
    const FlatMapOp& op;
    Next& next;
  };

  [[no_unique_address]] Called<Fn> fn;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<U> (also Rdd and range)
/// **meaning** applies `fn` to each record and passes on the elements of what it returns.
/// **function contract** `fn(T) →` a range (std's, range-v3's, a container) or a Pusher such as `splitWords`; once per record, as const,
/// from several threads. Views into the record are fine; views into what fn took *by value* dangle, and no compiler sees it.
/// **order** kept. **cost** the inner loop, fused; a container returned by fn is the only thing that allocates. A Pusher costs no iterator.
/// **errors** compile time: not callable with the record, returns no range. What fn throws fails the batch.
/// **source** Spark DStream.flatMap. **example** examples/words.cpp
template <class Fn>
[[nodiscard]] constexpr auto flatMap(Fn fn) {
  return detail::FlatMapOp<Fn>{std::move(fn)};
}

}  // namespace dstream::inline v0
