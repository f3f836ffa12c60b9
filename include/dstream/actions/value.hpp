// SPDX-License-Identifier: BSL-1.0
#pragma once
// value: Rdd<T> of exactly one record → that record.

#include <stdexcept>
#include <utility>

#include <dstream/actions/take.hpp>
#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>

namespace dstream::inline v0 {

namespace detail {
struct ValueAction : ActionBase {
  static constexpr OperatorInfo info{"value", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  constexpr Kept<typename R::value_type> over(R rdd) const {
    auto records = takeFirst(rdd, 2);
    if (records.empty()) throw std::out_of_range("dstream: value: there is no record (reduce of an empty batch gives none)");
    if (records.size() > 1) throw std::length_error("dstream: value: there is more than one record");
    return std::move(records.front());
  }
};
}  // namespace detail

/// **shape** Rdd<T> → Kept<T>
/// **meaning** the only record, e.g. of `count()` or `reduce(f)`. **errors** throws std::out_of_range when there is none,
/// std::length_error when there are more.
[[nodiscard]] constexpr auto value() { return detail::ValueAction{}; }

}  // namespace dstream::inline v0
