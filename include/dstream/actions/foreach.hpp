// SPDX-License-Identifier: BSL-1.0
#pragma once
// foreach: Rdd<T> → void, a function for each record, for its effects.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Fn>
struct EffectStep {
  template <class Record>
  DSTREAM_INLINE constexpr int operator()(int done, Record&& record) const {
    static_cast<void>(detail::invoke(fn, std::forward<Record>(record)));
    return done;
  }
  const Fn& fn;
};

template <class Fn>
struct ForeachAction : ActionBase {
  static constexpr OperatorInfo info{"foreach", Role::Action};

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = callable<Fn, Record>;
    if constexpr (!fits) {
      constexpr bool said = saysWhyNot<Fn, Record>();
      static_assert(said, "foreach needs a function that takes one record, by value or as const auto& (called as const: a mutable lambda is refused, tasks share it)");
    }
    return fits;
  }
  template <class R>
  constexpr void over(R rdd) const {
    auto runner = rdd.runner();
    rdd.prepare(runner);
    if constexpr (runsInline<R>) {
      EffectStep<Fn> effect{fn};
      if constexpr (FoldsEverything<R>) {
        static_cast<void>(rdd.fold(Everything{}, 0, effect));
      } else {
        for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition)
          static_cast<void>(rdd.fold(Slice{partition}, 0, effect));
      }
    } else {
      const auto slices = slicesOf(rdd, runner.sliceBytes());
      runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
        EffectStep<Fn> effect{fn};
        static_cast<void>(rdd.fold(slices[task], 0, effect));
      });
    }
  }
  [[no_unique_address]] Fn fn;
};

}  // namespace detail

/// **shape** Rdd<T> → void
/// **meaning** calls `fn` with each record. **function contract** called as const, and on a stream of more than one worker **by several threads at once**: what it
/// writes to it must guard; for effects in order, collect() first.
/// **order** on a plain range that of the records; else within a slice only. **errors** what fn throws reaches the caller.
/// **source** Spark RDD.foreach.
template <class Fn>
[[nodiscard]] constexpr auto foreach(Fn fn) {
  return detail::ForeachAction<Fn>{{}, std::move(fn)};
}

}  // namespace dstream::inline v0
