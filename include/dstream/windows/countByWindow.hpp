// SPDX-License-Identifier: BSL-1.0
#pragma once
// countByWindow: DStream<T> → DStream<int64>, one record per slide: how many records the window has.

#include <cstdint>

#include <dstream/core/algebra.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/windows/reduceByWindow.hpp>

namespace dstream::inline v0 {

namespace detail {
struct One {
  template <class Record>
  DSTREAM_INLINE constexpr std::int64_t operator()(const Record&) const {
    return 1;
  }
};
}  // namespace detail

/// **shape** DStream<T> → DStream<int64>
/// **meaning** every `slide`, the number of records in the batches of (t − length, t]; no record before the first record ever, then always one,
/// 0 included. **kept** a number per batch in the window. **cost** the counting loop, once per batch. **source** Spark DStream.countByWindow.
[[nodiscard]] inline auto countByWindow(Timespan length, Timespan slide) {
  return map(detail::One{}) | reduceByWindow(plus, minus, length, slide);
}

}  // namespace dstream::inline v0
