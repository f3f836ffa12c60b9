// SPDX-License-Identifier: BSL-1.0
#pragma once
// sortByKey: DStream<(K, V)> → DStream<(K, V)>, the records of each batch in the order of their keys.

#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/keys.hpp>
#include <dstream/operators/sortBy.hpp>

namespace dstream::inline v0 {

namespace detail {
struct SortByKeyOp : SortByOp<TheKey> {
  static constexpr OperatorInfo info{"sortByKey", Role::Shuffle};

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "sortByKey needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) return SortByOp<TheKey>::check<Record>();
    return false;
  }
};
}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, V)> (also Rdd and range). **meaning** `sortBy` of the key; values of one key stay as they came.
/// **errors** compile time: no pairs, keys without operator<, records that cannot be kept. **source** Spark OrderedRDDFunctions.sortByKey.
[[nodiscard]] inline auto sortByKey(bool ascending = true) { return detail::SortByKeyOp{{detail::TheKey{}, ascending}}; }

}  // namespace dstream::inline v0
