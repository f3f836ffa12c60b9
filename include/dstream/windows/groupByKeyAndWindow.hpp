// SPDX-License-Identifier: BSL-1.0
#pragma once
// groupByKeyAndWindow: DStream<(K, V)> → DStream<(K, vector<V>)>, every slide, the values of each key in the window.

#include <chrono>
#include <cstddef>

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/shuffle/groupByKey.hpp>
#include <dstream/windows/window.hpp>

namespace dstream::inline v0 {

/// **shape** DStream<(K, V)> → DStream<(K, vector<V>)>
/// **meaning** every `slide` (default: the stream's own), all values of each key in the batches of (t − length, t]. **order** of the values: oldest
/// batch first, in each the order of the records; of the keys none. **kept** the window's batches, and all values while the result is used.
/// **cost** each window groups all its records anew: where a reduceByKeyAndWindow says what is meant, it costs what comes and goes.
/// **errors** as for groupByKey and window. **source** Spark PairDStreamFunctions.groupByKeyAndWindow.
[[nodiscard]] inline auto groupByKeyAndWindow(std::chrono::nanoseconds length) { return window(length) | groupByKey(); }
[[nodiscard]] inline auto groupByKeyAndWindow(std::chrono::nanoseconds length, std::chrono::nanoseconds slide, std::size_t partitions = 0) {
  return window(length, slide) | groupByKey(partitions);
}

}  // namespace dstream::inline v0
