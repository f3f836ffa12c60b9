// SPDX-License-Identifier: BSL-1.0
#pragma once
// reduceByKey: DStream<(K, V)> → DStream<(K, V)>, the values of each key combined, per batch.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/shuffle/keyed.hpp>

namespace dstream::inline v0 {

namespace detail {

/// stored = fn(stored, value), the result owned before the old one goes: it may be a view into it.
template <class Value, class Fn, class Other>
DSTREAM_INLINE void combineValue(Kept<Value>& stored, const Fn& fn, Other&& other) {
  if constexpr (SelfOwned<Value> && std::is_invocable_r_v<Value, const Fn&, Value, Other>) {
    stored = static_cast<Value>(detail::invoke(fn, std::move(stored), std::forward<Other>(other)));
  } else {
    stored = Owned<Value>::own(static_cast<Value>(detail::invoke(fn, Owned<Value>::look(stored), std::forward<Other>(other))));
  }
}

template <class Key, class Value, class Fn>
struct ReduceByKeyStep {
  using Table = CombineTable<Key, Kept<Value>>;

  template <class Record>
  DSTREAM_INLINE Table* operator()(Table* table, Record&& record) const {
    table->combine(
        member<0>(std::forward<Record>(record)), [&]() -> Kept<Value> { return Owned<Value>::own(member<1>(std::forward<Record>(record))); },
        [&](Kept<Value>& stored) { combineValue<Value>(stored, *fn, member<1>(std::forward<Record>(record))); });
    return table;
  }
  const Fn* fn;
};

template <class Fn>
struct ReduceByKeyOp : Nameable<ReduceByKeyOp<Fn>> {
  static constexpr Kind kind = Kind::Wide;

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
    using Key = KeyOf<typename R::reference>;
    using Value = ValueOf<typename R::reference>;
    return wide<Keyed<Key, Value>>(std::move(rdd), [fn = fn, asked = partitions](R& parent, RunnerRef runner) {
      const std::size_t parts = asked == 0 ? runner.slots() : asked;
      return Keyed<Key, Value>{combineKeyed<Key, Kept<Value>>(
          parent, runner, parts, ReduceByKeyStep<Key, Value, Fn>{&fn},
          [&fn](Kept<Value>& stored, Kept<Value>&& other) { combineValue<Value>(stored, fn, handOver<Value>(other)); })};
    });
  }

  [[no_unique_address]] Fn fn;
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, V)> (also Rdd and range)
/// **meaning** combines all values of a key within each batch; a single value passes untouched.
/// **function contract** `fn(V, V) → V`, associative and commutative; called as const from several threads, never for two values of
/// different keys. **kept** one key and value per distinct key and task, as owners (a string_view becomes a string).
/// **order** none promised. **cost** per record one hash and one table probe in the task's own table; the tables are merged per
/// partition at the end. `partitions` of the result: as many as the runner has slots, or as asked.
/// **errors** compile time: no pairs, not such a function, a key without hash or ==, a key or value whose ownership cannot be seen.
/// **source** Spark PairDStreamFunctions.reduceByKey. **example** examples/network_word_count.cpp
template <class Fn>
[[nodiscard]] auto reduceByKey(Fn fn, std::size_t partitions = 0) {
  return detail::ReduceByKeyOp<Fn>{std::move(fn), partitions};
}

}  // namespace dstream::inline v0
