// SPDX-License-Identifier: BSL-1.0
#pragma once
// partitionBy: DStream<(K, V)> → DStream<(K, V)>, the records of each key in one partition.

#include <cstddef>
#include <stdexcept>
#include <utility>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/exchange.hpp>
#include <dstream/shuffle/hash.hpp>
#include <dstream/shuffle/key_value.hpp>

namespace dstream::inline v0 {

namespace detail {

struct PartitionByOp : Nameable<PartitionByOp> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"partitionBy", Role::Shuffle};

  explicit PartitionByOp(std::size_t count) : partitions(count) {
    if (count == 0) throw std::invalid_argument("dstream: partitionBy: there must be at least one partition");
  }

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "partitionBy needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) return keyFits<Record>() && canKeep<Record>();
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    using Data = Partitions<typename R::value_type>;
    using Key = KeyOf<typename R::reference>;
    return wide<Data>(std::move(rdd), [parts = partitions](R& parent, RunnerRef runner) {
      return Data{exchange(parent, runner, parts, [parts](const auto& record) { return KeyHash<Key>::hash(member<0>(record), 0) % parts; })};
    });
  }

  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, V)> (also Rdd and range)
/// **meaning** the same records, those of key k in partition `partitionHash(k) % partitions`. **kept** all records, as owners.
/// **order** kept within a partition. **cost** a hash per record, and moving it. **errors** compile time: no pairs, a key without hash or ==,
/// an ownership that cannot be seen; std::invalid_argument for no partition. **source** Spark PairRDDFunctions.partitionBy.
[[nodiscard]] inline auto partitionBy(std::size_t partitions) { return detail::PartitionByOp{partitions}; }

}  // namespace dstream::inline v0
