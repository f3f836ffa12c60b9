// SPDX-License-Identifier: BSL-1.0
#pragma once
// sum: Rdd<number> → number.

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class T>
struct SumType {
  using type = T;
};
template <std::integral T>
  requires(sizeof(T) <= 8)
struct SumType<T> {
  using type = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
};

template <class Total>
struct SumStep {
  template <class Record>
  DSTREAM_INLINE constexpr Total operator()(Total total, Record&& record) const {
    return static_cast<Total>(std::move(total) + std::forward<Record>(record));
  }
};

struct SumAction : ActionBase {
  static constexpr OperatorInfo info{"sum", Role::Action};

  template <class Record>
  static consteval bool check() {
    using Total = typename SumType<std::remove_cvref_t<Record>>::type;
    constexpr bool fits = std::is_default_constructible_v<Total> && std::is_invocable_r_v<Total, Plus, Total, Record>;
    static_assert(fits, "sum needs records that can be added and have a zero; map them to numbers first");
    return fits;
  }

  template <class R>
  constexpr auto over(R rdd) const {
    using Total = typename SumType<typename R::value_type>::type;
    return foldAll(rdd, Total{}, SumStep<Total>{}, [](Total left, Total right) { return static_cast<Total>(std::move(left) + std::move(right)); });
  }
};

}  // namespace detail

/// **shape** Rdd<T> → T; every integer type is summed in 64 bits of its signedness
/// **meaning** the sum of the records, from T{}. **order** that of the records within a slice, slices in order: floats give equal bytes at
/// any worker count, and on a plain range exactly the loop's. **cost** the loop, vectorised where the loop is.
/// **errors** compile time: records that cannot be added; an action on a DStream. 64-bit overflow is the loop's. **source** Spark RDD.sum.
[[nodiscard]] constexpr auto sum() { return detail::SumAction{}; }

}  // namespace dstream::inline v0
