// SPDX-License-Identifier: BSL-1.0
#pragma once
// countByWindow: DStream<T> → DStream<int64>, one record per slide: how many records the window has.

#include <cstdint>

#include <dstream/core/algebra.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/operators/count.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/windows/reduceByWindow.hpp>

namespace dstream::inline v0 {

namespace detail {
struct NotNone {
  constexpr bool operator()(std::int64_t count) const { return count != 0; }
};
}  // namespace detail

/// **shape** DStream<T> → DStream<int64>
/// **meaning** every `slide`, the number of records in the batches of (t − length, t]; no record before the first record ever, then always one,
/// 0 included. **kept** a number per batch in the window. **cost** the counting loop, once per batch. **source** Spark DStream.countByWindow.
[[nodiscard]] inline auto countByWindow(Timespan length, Timespan slide) {
  return count() | filter(detail::NotNone{}) | reduceByWindow(plus, minus, length, slide);
}

}  // namespace dstream::inline v0
