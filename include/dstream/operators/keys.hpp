// SPDX-License-Identifier: BSL-1.0
#pragma once
// keys: DStream<(K, V)> → DStream<K>, the key of each pair.

#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/map.hpp>

namespace dstream::inline v0 {

namespace detail {

struct TheKey {
  template <class Record>
  DSTREAM_INLINE constexpr decltype(auto) operator()(Record&& record) const {
    return member<0>(std::forward<Record>(record));
  }
};

struct KeysOp : MapOp<TheKey> {
  static constexpr OperatorInfo info{"keys", Role::Fused};

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "keys needs (key, value) pairs; map each record to std::pair{key, value} first");
    return pairs;
  }
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<K> (also Rdd and range)
/// **meaning** the key of each pair, as often as it occurs. **order** kept. **cost** none. **errors** compile time: no pairs.
/// **source** Spark PairRDDFunctions.keys.
[[nodiscard]] constexpr auto keys() { return detail::KeysOp{}; }

}  // namespace dstream::inline v0
