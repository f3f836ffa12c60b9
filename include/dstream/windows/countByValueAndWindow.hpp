// SPDX-License-Identifier: BSL-1.0
#pragma once
// countByValueAndWindow: DStream<T> → DStream<(T, int64)>, every slide, how often each value is in the window.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/windows/reduceByKeyAndWindow.hpp>

namespace dstream::inline v0 {

namespace detail {
struct WithOne {
  template <class Record>
  DSTREAM_INLINE constexpr auto operator()(Record&& record) const {
    return std::pair<std::remove_cvref_t<Record>, std::int64_t>(std::forward<Record>(record), 1);
  }
};
}  // namespace detail

/// **shape** DStream<T> → DStream<(T, int64)>
/// **meaning** every `slide`, each distinct record in the batches of (t − length, t] and how often it is there; never 0.
/// **kept**, **cost**, **errors** as for reduceByKeyAndWindow(plus, …). **source** Spark DStream.countByValueAndWindow.
[[nodiscard]] inline auto countByValueAndWindow(Timespan length, Timespan slide, std::size_t partitions = 0) {
  return map(detail::WithOne{}) | reduceByKeyAndWindow(plus, length, slide, partitions);
}

}  // namespace dstream::inline v0
