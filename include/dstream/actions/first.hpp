// SPDX-License-Identifier: BSL-1.0
#pragma once
// first: Rdd<T> → its first record.

#include <stdexcept>
#include <utility>

#include <dstream/actions/take.hpp>
#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>

namespace dstream::inline v0 {

namespace detail {
struct FirstAction : ActionBase {
  static constexpr OperatorInfo info{"first", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  constexpr Kept<typename R::value_type> over(R rdd) const {
    auto records = takeFirst(rdd, 1);
    if (records.empty()) throw std::out_of_range("dstream: first: there is no record");
    return std::move(records.front());
  }
};
}  // namespace detail

/// **shape** Rdd<T> → Kept<T>
/// **meaning** the first record in partition order; none behind it is computed. **errors** throws std::out_of_range when there is none.
/// **source** Spark RDD.first.
[[nodiscard]] constexpr auto first() { return detail::FirstAction{}; }

}  // namespace dstream::inline v0
