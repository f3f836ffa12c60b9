// SPDX-License-Identifier: BSL-1.0
#pragma once
// rightOuterJoin: DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (optional<V>, W))>.

#include <cstddef>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/shuffle/join.hpp>

namespace dstream::inline v0 {

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (optional<V>, W))> (also Rdds and ranges, see unionWith)
/// **meaning** as join, and a record without V for each W whose key the first side lacks. **kept**, **order**, **cost**, **errors** as for join.
/// **source** Spark PairDStreamFunctions.rightOuterJoin.
template <class Other>
[[nodiscard]] auto rightOuterJoin(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::JoinOp<true, false>{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
