// SPDX-License-Identifier: BSL-1.0
#pragma once
// min: Rdd<T> → its smallest record. The function object `min` of core/functions.hpp, called with nothing.

#include <dstream/actions/max.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>

namespace dstream::inline v0::detail {

struct Smaller {
  using Further = Min;
  template <class Left, class Right>
  DSTREAM_INLINE static constexpr bool holds(const Left& left, const Right& right) {
    return static_cast<bool>(left < right);
  }
};

/// **shape** `rdd | min()`: Rdd<T> → Kept<T>. **meaning** the smallest record by operator<, the first of equal ones; all else as max.
/// **source** Spark RDD.min.
struct MinAction : ExtremeAction<Smaller> {
  static constexpr OperatorInfo info{"min", Role::Action};
};

}  // namespace dstream::inline v0::detail
