// SPDX-License-Identifier: BSL-1.0
#pragma once
// max: Rdd<T> → its largest record. The function object `max` of core/functions.hpp, called with nothing.

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/total.hpp>

namespace dstream::inline v0::detail {

/// The first record that no other comes before.
template <class Before>
struct ExtremeAction : ActionBase {
  template <class T>
  struct Step {
    using Best = std::optional<Kept<T>>;
    template <class Record>
    DSTREAM_INLINE constexpr Best* operator()(Best* best, Record&& record) const {
      if (!*best) {
        best->emplace(Owned<T>::own(std::forward<Record>(record)));
      } else if (Before::holds(detail::asShown<T>(record), Owned<T>::look(std::as_const(**best)))) {
        **best = Owned<T>::own(std::forward<Record>(record));
      }
      return best;
    }
  };

  template <class Record>
  static consteval bool check() {
    constexpr bool orders = requires(const std::remove_reference_t<Record>& record) { static_cast<bool>(record < record); };
    static_assert(orders, "max and min need records with operator<; for another order use top, takeOrdered or reduce");
    return orders && canKeep<Record>();
  }

  template <class R>
  Kept<typename R::value_type> over(R rdd) const {
    using T = typename R::value_type;
    std::optional<Kept<T>> best;
    if constexpr (Totals<typename Before::Further, T>) {
      const auto total = detail::totalOf(rdd, typename Before::Further{});
      if (total.any) best = total.value;
    } else {
      for (auto& part : foldSlices<std::optional<Kept<T>>>(rdd, Step<T>{}))
        if (part && (!best || Before::holds(Owned<T>::look(std::as_const(*part)), Owned<T>::look(std::as_const(*best))))) best = std::move(part);
    }
    if (!best) throw std::out_of_range("dstream: max, min: there is no record");
    return *std::move(best);
  }
};

struct Larger {
  using Further = Max;
  template <class Left, class Right>
  DSTREAM_INLINE static constexpr bool holds(const Left& left, const Right& right) {
    return static_cast<bool>(right < left);
  }
};

/// **shape** `rdd | max()`: Rdd<T> → Kept<T>
/// **meaning** the largest record by operator<, the first of equal ones. **kept** one per slice. **cost** a comparison per record; integers of up
/// to 4 bytes as vectors, by g++ at -O3 only. **errors** compile time: records that cannot be compared or kept;
/// throws std::out_of_range when there is none. **source** Spark RDD.max.
struct MaxAction : ExtremeAction<Larger> {
  static constexpr OperatorInfo info{"max", Role::Action};
};

}  // namespace dstream::inline v0::detail
