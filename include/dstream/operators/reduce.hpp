// SPDX-License-Identifier: BSL-1.0
#pragma once
// reduce: DStream<T> → DStream<T>, one record per batch: all of them combined; none for an empty batch.

#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/remake.hpp>
#include <dstream/core/single.hpp>
#include <dstream/core/total.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class T, class Fn>
struct ReduceStep {
  using Partial = std::optional<Kept<T>>;
  template <class Record>
  DSTREAM_INLINE constexpr Partial* operator()(Partial* partial, Record&& record) const {
    if (!*partial) {
      partial->emplace(Owned<T>::own(std::forward<Record>(record)));
    } else if constexpr (SelfOwned<T>) {
      detail::remake(**partial, [&](T&& before) -> T { return static_cast<T>(detail::invoke(*fn, std::move(before), std::forward<Record>(record))); });
    } else {  // owned in one expression: T may be a view of what the function gave
      **partial = Owned<T>::own(static_cast<T>(detail::invoke(*fn, Owned<T>::look(**partial), std::forward<Record>(record))));
    }
    return partial;
  }
  const Fn* fn;
};

template <class Fn>
struct ReduceOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"reduce", Role::Wide};

  template <class Record>
  static consteval bool check() {
    using T = std::remove_cvref_t<Record>;
    constexpr bool fits = std::is_invocable_r_v<T, const Fn&, T, T>;
    static_assert(fits, "reduce needs a function of two records that returns one: (T, T) → T");
    return fits && canKeep<Record>();
  }

  template <class R>
  auto over(R rdd) const {
    using T = typename R::value_type;
    return wide<Single<T>>(std::move(rdd), [fn = fn](R& parent, RunnerRef) -> Single<T> {
      if constexpr (Totals<Fn, T>) {
        const auto total = detail::totalOf(parent, fn);
        return total.any ? Single<T>{total.value} : Single<T>{};
      } else {
        return {reduceAll(parent, fn)};
      }
    });
  }

 private:
  template <class R, class T = typename R::value_type>
  static std::optional<Kept<T>> reduceAll(R& parent, const Fn& fn) {
    using Partial = std::optional<Kept<T>>;
    auto runner = parent.runner();
    const auto slices = slicesOf(parent, runner.sliceBytes());
    std::vector<Partial> partials(slices.size());
    runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
      ReduceStep<T, Fn> step{&fn};
      if constexpr (wordSized<Partial>) {
        static_cast<void>(parent.fold(slices[task], &partials[task], step));
      } else {  // a local, which stays in registers
        Partial partial;
        static_cast<void>(parent.fold(slices[task], &partial, step));
        partials[task] = std::move(partial);
      }
    });
    Partial total;
    ReduceStep<T, Fn> merge{&fn};
    for (auto& partial : partials)
      if (partial) merge(&total, detail::handOver<T>(*partial));
    return total;
  }

 public:
  [[no_unique_address]] Fn fn;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range: `| reduce(f) | value()`)
/// **meaning** combines all records of a batch with `fn`; an empty batch gives an empty batch.
/// **function contract** `fn(T, T) → T`, associative: slices are reduced apart and joined in order.
/// **kept** one T per slice. **cost** the call and a test for the first record; none where the Identity of fn is known (plus, multiplies; max and min of integers).
/// **errors** compile time: not such a function; T cannot be kept. **source** Spark DStream.reduce.
template <class Fn>
[[nodiscard]] constexpr auto reduce(Fn fn) {
  return detail::ReduceOp<Fn>{std::move(fn)};
}

}  // namespace dstream::inline v0
