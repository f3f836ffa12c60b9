// SPDX-License-Identifier: BSL-1.0
#pragma once
// accumulate: an accumulator and one thing more, by a function that returns the next one or changes this one.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/remake.hpp>

namespace dstream::inline v0::detail {

/// `fn(A&, T)` that returns nothing. Not one that would take a copy as well: it has forgotten its return.
template <class Fn, class A, class T>
concept ChangesInPlace = std::is_void_v<std::invoke_result_t<const Fn&, A&, T>> && !std::is_invocable_v<const Fn&, A, T>;

template <class Fn, class A, class T>
inline constexpr bool accumulates = std::is_invocable_r_v<A, const Fn&, A, T> || ChangesInPlace<Fn, A, T>;

template <class A, class Fn, class T>
DSTREAM_INLINE constexpr void accumulate(A& accumulator, const Fn& fn, T&& next) {
  if constexpr (ChangesInPlace<Fn, A, T>) {
    detail::invoke(fn, accumulator, std::forward<T>(next));
  } else {
    remake(accumulator, [&](A&& before) -> A { return static_cast<A>(detail::invoke(fn, std::move(before), std::forward<T>(next))); });
  }
}
/// The same by value, for accumulators in registers.
template <class A, class Fn, class T>
DSTREAM_INLINE constexpr A accumulated(A accumulator, const Fn& fn, T&& next) {
  if constexpr (ChangesInPlace<Fn, A, T>) {
    detail::invoke(fn, accumulator, std::forward<T>(next));
    return accumulator;
  } else {
    return static_cast<A>(detail::invoke(fn, std::move(accumulator), std::forward<T>(next)));
  }
}

}  // namespace dstream::inline v0::detail
