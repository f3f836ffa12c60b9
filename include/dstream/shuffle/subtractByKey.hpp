// SPDX-License-Identifier: BSL-1.0
#pragma once
// subtractByKey: DStream<(K, V)> × DStream<(K, W)> → DStream<(K, V)>, the pairs whose key the other does not have.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/shuffle/cogroup.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A Pusher of the pairs of one key.
template <class Key, class Value>
struct PairsOf {
  using reference = std::pair<MemberView<Key>, MemberView<Value>>;
  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Accumulator accumulator, Step& step) const {
    for (std::size_t i = 0; i < count; ++i) {
      accumulator = step(std::move(accumulator), reference(key, Owned<Value>::look(values[i])));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }
  MemberView<Key> key;
  const std::vector<Kept<Value>>& values;
  std::size_t count;
};

template <class Key, class Value>
struct PairsOnlyInFirst {
  template <class Record>
  DSTREAM_INLINE constexpr PairsOf<Key, Value> operator()(const Record& record) const {
    const auto& sides = member<1>(record);
    const std::vector<Kept<Value>>& values = member<0>(sides);
    return {member<0>(record), values, member<1>(sides).any ? 0 : values.size()};
  }
};

struct SubtractByKeyOp {
  static constexpr OperatorInfo info{"subtractByKey", Role::Shuffle};

  template <class First, class Second>
  static consteval bool check() {
    if constexpr (keysMeet<First, Second>()) return canKeep<ValueOf<First>>();
    return false;
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    using Key = KeyOf<typename First::reference>;
    using Value = ValueOf<typename First::reference>;
    return cogrouped<std::vector<Value>, Seen>(info.name, std::move(first), std::move(second), partitions) | v0::flatMap(PairsOnlyInFirst<Key, Value>{});
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, V)> (also Rdds and ranges, see unionWith)
/// **meaning** the pairs of the first batch whose key the second does not have. **kept** the first's records and the second's keys, as
/// owners; where each side is one slice, of the first's records those of the result. **order** keys in none, their values kept.
/// **cost** that of cogroup. **errors** as for cogroup.
/// **source** Spark PairRDDFunctions.subtractByKey.
template <class Other>
[[nodiscard]] auto subtractByKey(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::SubtractByKeyOp{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
