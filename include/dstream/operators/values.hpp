// SPDX-License-Identifier: BSL-1.0
#pragma once
// values: DStream<(K, V)> → DStream<V>, the value of each pair.

#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/operators/map.hpp>

namespace dstream::inline v0 {

namespace detail {

struct TheValue {
  template <class Record>
  DSTREAM_INLINE constexpr decltype(auto) operator()(Record&& record) const {
    return member<1>(std::forward<Record>(record));
  }
};

struct ValuesOp : MapOp<TheValue> {
  static constexpr OperatorInfo info{"values", Role::Fused};

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "values needs (key, value) pairs; map each record to std::pair{key, value} first");
    return pairs;
  }
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<V> (also Rdd and range)
/// **meaning** the value of each pair, as often as it occurs. **order** kept. **cost** none. **errors** compile time: no pairs.
/// **source** Spark PairRDDFunctions.values.
[[nodiscard]] constexpr auto values() { return detail::ValuesOp{}; }

}  // namespace dstream::inline v0
