// SPDX-License-Identifier: BSL-1.0
#pragma once
// sum: Rdd<number> → number.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>

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

/// Adds to one part of VectorLanes at a time, or to the first through a pointer to all.
template <class Total>
struct LaneSumStep : SumStep<Total> {
  using SumStep<Total>::operator();
  template <std::size_t count, class Record>
  DSTREAM_INLINE constexpr VectorLanes<Total, count>* operator()(VectorLanes<Total, count>* lanes, Record&& record) const {
    lanes->parts[0] = (*this)(lanes->parts[0], std::forward<Record>(record));
    return lanes;
  }
};

template <bool anyOrder>
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
    if constexpr (anyOrder && std::is_floating_point_v<Total>) {
      using Parts = VectorLanes<Total, 256 / sizeof(Total)>;
      Parts parts = foldAll(rdd, Parts{}, LaneSumStep<Total>{}, [](Parts left, const Parts& right) {
        for (std::size_t i = 0; i < laneCount<Parts>; ++i) left.parts[i] += right.parts[i];
        return left;
      });
      for (std::size_t half = laneCount<Parts> / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) parts.parts[i] += parts.parts[i + half];
      return parts.parts[0];
    } else {
      return foldAll(rdd, Total{}, SumStep<Total>{}, SumStep<Total>{});
    }
  }
};

}  // namespace detail

/// **meaning** `sum(inAnyOrder)`: rounding may differ from the loop's.
struct InAnyOrder {};
inline constexpr InAnyOrder inAnyOrder{};

/// **shape** Rdd<T> → T; every integer type is summed in 64 bits of its signedness
/// **meaning** the sum of the records, from T{}. **order** that of the records within a slice, slices in order: floats give equal bytes at
/// any worker count, and on a plain range exactly the loop's. **cost** the loop, vectorised where the loop is.
/// **errors** compile time: records that cannot be added; an action on a DStream. 64-bit overflow is the loop's. **source** Spark RDD.sum.
[[nodiscard]] constexpr auto sum() { return detail::SumAction<false>{}; }

/// **shape** as sum(). **meaning** the sum of floating-point records with the additions in an order that suits the machine: in parts, each an addition
/// behind the other, and the parts in pairs. Rounding errors are smaller than the loop's as a rule, since its one long chain is cut. Other records: sum().
/// **order** one that depends on where slices are cut: floats give equal bytes at any worker count. **cost** a tenth of the loop's
/// time where the pipeline is maps over a range with random access, since no addition waits for the one before; elsewhere the loop's.
[[nodiscard]] constexpr auto sum(InAnyOrder) { return detail::SumAction<true>{}; }

}  // namespace dstream::inline v0
