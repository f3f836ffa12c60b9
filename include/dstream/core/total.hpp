// SPDX-License-Identifier: BSL-1.0
#pragma once
// What all records come to by a function with an identity, as reduce, max and min want it: the loop needs no test for the first record, only to know
// that there was one.

#include <type_traits>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0::detail {

/// What was met comes to, from what is neutral.
template <class T, class Fn>
struct Total {
  T value = Identity<Fn, T>::value();
  bool any = false;
};

template <class T, class Fn>
struct IdentityStep {
  template <class Record>
  DSTREAM_INLINE constexpr Total<T, Fn> operator()(Total<T, Fn> total, Record&& record) const {
    return {static_cast<T>(detail::invoke(*fn, total.value, std::forward<Record>(record))), true};
  }
  const Fn* fn;
};

template <class Fn, class T>
concept Totals = HasIdentity<Fn, T> && wordSized<Total<T, Fn>>;

/// By value, a sum behind a filter may become vectors, but a maximum a branch that nobody can foresee: that one lies in memory.
template <class R, class Fn, class T = typename R::value_type>
Total<T, Fn> totalOf(R& rdd, const Fn& fn) {
  IdentityStep<T, Fn> step{&fn};
  const auto join = [&](Total<T, Fn> left, Total<T, Fn> right) { return right.any ? step(left, right.value) : left; };
  if constexpr (std::is_same_v<Fn, Max> || std::is_same_v<Fn, Min>) {
    Total<T, Fn> total;
    for (const auto& partial : foldSlices<Total<T, Fn>>(rdd, PointerStep<Total<T, Fn>, IdentityStep<T, Fn>>{step})) total = join(total, partial);
    return total;
  } else {
    return foldAll(rdd, Total<T, Fn>{}, step, join);
  }
}

}  // namespace dstream::inline v0::detail
