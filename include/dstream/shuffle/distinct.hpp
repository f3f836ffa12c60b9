// SPDX-License-Identifier: BSL-1.0
#pragma once
// distinct: DStream<T> → DStream<T>, each different record once, per batch.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/keys.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/reduceByKey.hpp>

namespace dstream::inline v0 {

namespace detail {

struct Nothing {};

/// The record as a key.
struct AsKey {
  template <class Record, class Result = std::pair<Passed<Record&&>, Nothing>>
  DSTREAM_INLINE constexpr Result operator()(Record&& record) const {
    return Result(std::forward<Record>(record), Nothing{});
  }
};
struct KeepFirst {
  template <class Value>
  DSTREAM_INLINE constexpr Value operator()(Value first, const Value&) const {
    return first;
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** each different record of a batch once. **kept** one T per distinct record and task, as owners. **order** none promised.
/// **cost** that of reduceByKey. **errors** compile time: a T without hash or ==, or whose ownership cannot be seen.
/// **source** Spark RDD.distinct.
template <class Use = OnUse>
[[nodiscard]] auto distinct(std::size_t partitions = 0) {
  return map(Deferred<detail::AsKey, Use>{}) | detail::speakingFor("distinct", reduceByKey(Deferred<detail::KeepFirst, Use>{}, partitions)) | keys();
}

}  // namespace dstream::inline v0
