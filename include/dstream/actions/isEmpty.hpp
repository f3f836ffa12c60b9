// SPDX-License-Identifier: BSL-1.0
#pragma once
// isEmpty: Rdd<T> → bool.

#include <cstddef>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

struct StopAtOnce {
  template <class Record>
  DSTREAM_INLINE constexpr Until<bool> operator()(bool, Record&&) const {
    return {true, true};
  }
};

struct IsEmptyAction : ActionBase {
  static constexpr OperatorInfo info{"isEmpty", Role::Action};

  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <class R>
  constexpr bool over(R rdd) const {
    auto runner = rdd.runner();
    rdd.prepare(runner);
    for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition)
      if (foldUntil(rdd, Slice{partition}, false, StopAtOnce{}).stop) return false;
    return true;
  }
};

}  // namespace detail

/// **shape** Rdd<T> → bool. **meaning** whether there is no record; none behind the first is computed. **source** Spark RDD.isEmpty.
[[nodiscard]] constexpr auto isEmpty() { return detail::IsEmptyAction{}; }

}  // namespace dstream::inline v0
