// SPDX-License-Identifier: BSL-1.0
#pragma once
// combineByKey: DStream<(K, V)> → DStream<(K, C)>, the values of each key combined into something of another type, per batch.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/accumulate.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/shuffle/keyed.hpp>
#include <dstream/shuffle/waiting_step.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Key, class Combined, class Create, class MergeValue>
struct CombineByKeyStep {
  using Table = TaskTable<Key, Kept<Combined>>;

  template <class Record>
  DSTREAM_INLINE Table* operator()(Table* table, Record&& record) const {
    table->combine(
        member<0>(std::forward<Record>(record)),
        [&]() -> Kept<Combined> { return Owned<Combined>::own(detail::invoke(*create, member<1>(std::forward<Record>(record)))); },
        [&](Kept<Combined>& stored) { combineValue<Combined>(stored, *mergeValue, member<1>(std::forward<Record>(record))); });
    return table;
  }
  const Create* create;
  const MergeValue* mergeValue;
};

/// What a table keeps can be changed in place where that is the combination itself, and not what owns it.
template <class Fn, class Combined, class Other>
inline constexpr bool accumulatesKept = accumulates<Fn, Combined, Other> && (SelfOwned<Combined> || !ChangesInPlace<Fn, Combined, Other>);

/// What all operators of this family are: `partitions` 0 means as many as the runner has slots.
template <class Combined, class R, class Create, class MergeValue, class MergeCombiners>
auto combinedByKey(R rdd, const TableStore& store, Create create, MergeValue mergeValue, MergeCombiners mergeCombiners, std::size_t partitions) {
  using Key = KeyOf<typename R::reference>;
  using Value = ValueRecord<typename R::reference>;
  return wide<Keyed<Key, Combined>>(std::move(rdd), [store, create = std::move(create), mergeValue = std::move(mergeValue),
                                                     mergeCombiners = std::move(mergeCombiners), partitions](R& parent, RunnerRef runner) {
    const auto combine = [&](const auto& step) {
      return Keyed<Key, Combined>(
          combineKeyed<Key, Kept<Combined>>(
              store, parent, runner, partitions == 0 ? runner.partitions() : partitions, step,
              [&](Kept<Combined>& stored, Kept<Combined>&& other) { combineValue<Combined>(stored, mergeCombiners, handOver<Combined>(other)); }),
          runner);
    };
    if constexpr (canWait<Key, Value>) {
      return combine(WaitingStep<Key, Combined, Value, Create, MergeValue>(create, mergeValue));
    } else {
      return combine(CombineByKeyStep<Key, Combined, Create, MergeValue>{&create, &mergeValue});
    }
  });
}

template <class Create, class MergeValue, class MergeCombiners>
struct CombineByKeyOp : Nameable<CombineByKeyOp<Create, MergeValue, MergeCombiners>> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"combineByKey", Role::Shuffle};

  CombineByKeyOp(Create given, MergeValue value, MergeCombiners combiners, std::size_t count)
      : create(std::move(given)), mergeValue(std::move(value)), mergeCombiners(std::move(combiners)), partitions(count) {}

  template <class Record>
  static consteval bool check() {
    constexpr bool pairs = KeyValue<Record>;
    static_assert(pairs, "combineByKey needs (key, value) pairs; map each record to std::pair{key, value} first");
    if constexpr (pairs) {
      using Value = ValueRecord<Record>;
      constexpr bool creates = callable<Create, Value>;
      static_assert(creates, "combineByKey needs a first function that makes a combiner of one value: V → C");
      if constexpr (creates) {
        using Combined = std::remove_cvref_t<CallResult<Create, Value>>;
        constexpr bool merges = accumulatesKept<MergeValue, Combined, Value>;
        static_assert(merges, "combineByKey needs a second function that adds a value to a combiner: (C, V) → C, or (C&, V) → nothing");
        constexpr bool joins = accumulatesKept<MergeCombiners, Combined, Combined>;
        static_assert(joins, "combineByKey needs a third function that joins two combiners: (C, C) → C, or (C&, C) → nothing");
        return merges && joins && keyFits<Record>() && canKeep<Combined>();
      }
    }
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    using Combined = std::remove_cvref_t<CallResult<Create, ValueRecord<typename R::reference>>>;
    return combinedByKey<Combined>(std::move(rdd), tables, create, mergeValue, mergeCombiners, partitions);
  }

  [[no_unique_address]] Create create;
  [[no_unique_address]] MergeValue mergeValue;
  [[no_unique_address]] MergeCombiners mergeCombiners;
  std::size_t partitions;
  TableStore tables{info.name};
};

}  // namespace detail

/// **shape** DStream<(K, V)> → DStream<(K, C)> (also Rdd and range)
/// **meaning** combines the values of each key within each batch: a first one by `create`, more by `mergeValue`, what tasks have combined
/// apart by `mergeCombiners`.
/// **function contract** `create(V) → C`, `mergeValue(C, V) → C`, `mergeCombiners(C, C) → C`, or either of these changes its first argument and returns nothing,
/// `(C&, V)`, `(C&, C)`, for what is dear to move; as const, from several threads. How often a
/// key is created is not promised, so mergeCombiners must be associative and commutative, unless the runner is ordered.
/// **kept** one key and C per distinct key and task, as owners. **order** none promised. **cost** that of reduceByKey.
/// **errors** compile time: no pairs, not such functions, a key without hash or ==, a K or C whose ownership cannot be seen.
/// **source** Spark PairDStreamFunctions.combineByKey; there is no mapSideCombine to turn off.
template <class Create, class MergeValue, class MergeCombiners>
[[nodiscard]] auto combineByKey(Create create, MergeValue mergeValue, MergeCombiners mergeCombiners, std::size_t partitions = 0) {
  auto first = detail::copyable(std::move(create));
  auto second = detail::copyable(std::move(mergeValue));
  auto third = detail::copyable(std::move(mergeCombiners));
  return detail::CombineByKeyOp<decltype(first), decltype(second), decltype(third)>{std::move(first), std::move(second), std::move(third), partitions};
}
/// Says what is missing.
template <class Create, class MergeValue>
Invalid combineByKey(const Create&, const MergeValue&) {
  static_assert(!std::is_object_v<Create>, "combineByKey needs three functions: create, mergeValue, and one that joins two combiners, (C, C) → C");
  return {};
}

}  // namespace dstream::inline v0
