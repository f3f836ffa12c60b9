// SPDX-License-Identifier: BSL-1.0
#pragma once
// reduceByKey: DStream<(K, V)> → DStream<(K, V)>, the values of each key combined, per batch.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/shuffle/combineByKey.hpp>
#include <dstream/shuffle/key_value.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A first value is the combination itself.
struct AsItIs {
  template <class Value>
  DSTREAM_INLINE constexpr Value&& operator()(Value&& value) const {
    return std::forward<Value>(value);
  }
};

template <class Fn>
struct ReduceByKeyOp : Nameable<ReduceByKeyOp<Fn>> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"reduceByKey", Role::Shuffle};

  ReduceByKeyOp(Fn function, std::size_t count) : fn(std::move(function)), partitions(count) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "reduceByKey needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      using Value = ValueOf<Record>;
      constexpr bool fits = std::is_invocable_r_v<Value, const Fn&, Value, Value>;
      static_assert(fits, "reduceByKey needs a function of two values that returns one: (V, V) → V");
      return fits && keyFits<Record>() && canKeep<Value>();
    }
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    return combinedByKey<ValueOf<typename R::reference>>(std::move(rdd), tables, AsItIs{}, fn, fn, partitions);
  }

  [[no_unique_address]] Fn fn;
  std::size_t partitions;
  TableStore tables{info.name};
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, V)> (also Rdd and range)
/// **meaning** combines all values of a key within each batch; a single value passes untouched.
/// **function contract** `fn(V, V) → V`, associative and commutative; called as const from several threads, never for two values of
/// different keys. **kept** one key and value per distinct key and task, as owners (a string_view becomes a string).
/// **order** none promised. **cost** per record one hash and one table probe in the task's own table, for small keys and values 64 at a time, their
/// memory asked for before; keys that hardly repeat are only listed where several tables are merged. The tables are merged per
/// partition at the end; their memory stays with this operator and its copies for the next batch. `partitions` of the result: as many as the
/// runner has slots, or as asked.
/// **errors** compile time: no pairs, not such a function, a key without hash or ==, a key or value whose ownership cannot be seen.
/// **source** Spark PairDStreamFunctions.reduceByKey. **example** examples/network_word_count.cpp
template <class Fn>
[[nodiscard]] auto reduceByKey(Fn fn, std::size_t partitions = 0) {
  auto both = detail::copyable(std::move(fn));
  return detail::ReduceByKeyOp<decltype(both)>{std::move(both), partitions};
}

}  // namespace dstream::inline v0
