// SPDX-License-Identifier: BSL-1.0
#pragma once
// map: DStream<T> → DStream<U>, one record in, one out.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/chunks.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Fn>
struct MapOp {
  static constexpr Kind kind = Kind::Narrow;
  static constexpr OperatorInfo info{"map", Role::Fused, scanOf<Fn>, false, LooksAcrossLines<Fn>};
  static constexpr bool keepsCount = true;

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = callable<Fn, Record>;
    if constexpr (!fits) {
      constexpr bool said = saysWhyNot<Fn, Record>();
      static_assert(said, "map needs a function that takes one record of this stream (as const: a mutable lambda is refused, tasks share it)");
    }
    if constexpr (fits) {
      static_assert(!std::is_void_v<CallResult<Fn, Record>>, "map needs a function that returns a record; for effects use foreach or foreachRDD");
      return !std::is_void_v<CallResult<Fn, Record>>;
    }
    return false;
  }

  template <class Record>
  using Result = CallResult<Fn, Record>;

  template <class Next>
  struct Step {
    template <class Accumulator, class Record>
    DSTREAM_INLINE constexpr Accumulator operator()(Accumulator accumulator, Record&& record) {
      return next(std::move(accumulator), op.fn(std::forward<Record>(record)));
    }

    template <class Reference>
    static constexpr bool thins = Thins<Next, CallResult<Fn, Reference>&&>;
    template <class Reference, class From, class Accumulator>
      requires thins<Reference>
    DSTREAM_INLINE constexpr Accumulator chunk(From from, std::size_t count, Accumulator accumulator) {
      using Result = CallResult<Fn, Reference>;
      std::remove_cvref_t<Result> results[chunkRecords];
      for (std::size_t i = 0; i < count; ++i, ++from) results[i] = op.fn(static_cast<Reference>(*from));
      return detail::foldChunk<Result&&>(results, count, std::move(accumulator), next);
    }
    template <class Reference>
    [[nodiscard]] DSTREAM_INLINE constexpr bool foreseeable() const {
      return next.template foreseeable<CallResult<Fn, Reference>&&>();
    }

    const MapOp& op;
    Next& next;
  };

  [[no_unique_address]] Called<Fn> fn;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<U> (also Rdd and range)
/// **meaning** applies `fn` to each record.
/// **function contract** `fn(T) → U`, a function or a pointer to member; called once per record, as const, from several threads.
/// **order** kept. **cost** the call, fused into the loop; nothing is copied.
/// **errors** compile time: not callable with the record, returns void. What fn throws fails the batch.
/// **source** Spark DStream.map. **example** examples/line_lengths.cpp
template <class Fn>
[[nodiscard]] constexpr auto map(Fn fn) {
  return detail::MapOp<Fn>{std::move(fn)};
}

}  // namespace dstream::inline v0
