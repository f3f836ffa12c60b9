// SPDX-License-Identifier: BSL-1.0
#pragma once
// groupByKey: DStream<(K, V)> → DStream<(K, vector<V>)>, the values of each key, per batch.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/shuffle/keyed.hpp>
#include <dstream/shuffle/sides.hpp>

namespace dstream::inline v0 {

namespace detail {

struct GroupByKeyOp : Nameable<GroupByKeyOp> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"groupByKey", Role::Shuffle};

  explicit GroupByKeyOp(std::size_t count) : partitions(count) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "groupByKey needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) return keyFits<Record>() && canKeep<ValueOf<Record>>();
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    using Key = KeyOf<typename R::reference>;
    using Values = std::vector<ValueOf<typename R::reference>>;
    return wide<Keyed<Key, Values>>(std::move(rdd), [asked = partitions](R& parent, RunnerRef runner) {
      const std::size_t parts = asked == 0 ? runner.partitions() : asked;
      return Keyed<Key, Values>(
          combineKeyed<Key, Kept<Values>>(TableStore(info.name), parent, runner, parts, GatherStep<Key, Kept<Values>>{}, AppendValues{}, CombineOrder::Slices), runner);
    });
  }

  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, vector<V>)> (also Rdd and range)
/// **meaning** all values of each key of a batch. **kept** all of them, as owners (a string_view becomes a string): where a reduceByKey
/// says what is meant, it keeps one per key. **order** values in the order of the records, keys in none.
/// **cost** per record one hash and one table probe in the table of its slice; tables are merged per partition, in the order of the slices.
/// **errors** compile time: no pairs, a key without hash or ==, a key or value whose ownership cannot be seen.
/// **source** Spark PairDStreamFunctions.groupByKey.
[[nodiscard]] inline auto groupByKey(std::size_t partitions = 0) { return detail::GroupByKeyOp{partitions}; }

}  // namespace dstream::inline v0
