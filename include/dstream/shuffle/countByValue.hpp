// SPDX-License-Identifier: BSL-1.0
#pragma once
// countByValue: DStream<T> → DStream<(T, int64)>, how often each different record occurs, per batch.

#include <cstddef>
#include <cstdint>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/reduceByKey.hpp>

namespace dstream::inline v0 {

namespace detail {
struct OnceEach {
  template <class Record, class Result = std::pair<Passed<Record&&>, std::int64_t>>
  DSTREAM_INLINE constexpr Result operator()(Record&& record) const {
    return Result(std::forward<Record>(record), 1);
  }
};
}  // namespace detail

/// **shape** DStream<T> → DStream<(T, int64)> (also Rdd and range)
/// **meaning** each different record of a batch with the number of its occurrences. **kept** one (T, int64) per distinct record and task, as
/// owners. **order** none promised. **cost** that of reduceByKey. **errors** compile time: a T without hash or ==, or whose ownership cannot
/// be seen. **source** Spark DStream.countByValue.
template <class Use = OnUse>
[[nodiscard]] auto countByValue(std::size_t partitions = 0) {
  return map(Deferred<detail::OnceEach, Use>{}) | detail::speakingFor("countByValue", reduceByKey(plus, partitions));
}

}  // namespace dstream::inline v0
