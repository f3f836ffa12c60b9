// SPDX-License-Identifier: BSL-1.0
#pragma once
// leftOuterJoin: DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (V, optional<W>))>.

#include <cstddef>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/shuffle/join.hpp>

namespace dstream::inline v0 {

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (V, optional<W>))> (also Rdds and ranges, see unionWith)
/// **meaning** as join, and a record without W for each V whose key the other side lacks. **kept**, **order**, **cost**, **errors** as for join.
/// **source** Spark PairDStreamFunctions.leftOuterJoin.
template <class Other>
[[nodiscard]] auto leftOuterJoin(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::JoinOp<false, true>{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
