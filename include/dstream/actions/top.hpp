// SPDX-License-Identifier: BSL-1.0
#pragma once
// top: Rdd<T> → vector of its n largest records.

#include <cstddef>
#include <utility>

#include <dstream/actions/takeOrdered.hpp>
#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **shape** Rdd<T> → vector<Kept<T>>, at most n
/// **meaning** the n largest records by `less`, largest first; of equal ones those that came first. All else as takeOrdered.
/// **source** Spark RDD.top.
template <class LessFn = detail::Less>
[[nodiscard]] constexpr auto top(std::size_t n, LessFn less = {}) {
  return takeOrdered(n, detail::Reversed<LessFn>{std::move(less)});
}

}  // namespace dstream::inline v0
