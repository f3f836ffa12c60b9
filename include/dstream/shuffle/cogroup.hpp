// SPDX-License-Identifier: BSL-1.0
#pragma once
// cogroup: DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (vector<V>, vector<W>))>; and what joins and subtractions share.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/key_value.hpp>
#include <dstream/shuffle/keyed.hpp>
#include <dstream/shuffle/sides.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Of a key that the second side has, the first's values are not asked for: what is subtracted is asked only whether it is there.
template <class Sides>
inline constexpr bool firstsOfSeenGoUnused = false;
template <class FirstSide>
inline constexpr bool firstsOfSeenGoUnused<std::pair<FirstSide, Seen>> = !std::is_same_v<FirstSide, Seen>;

template <class Key, class Sides, std::size_t side>
struct CogroupStep {
  using Table = TaskTable<Key, Sides>;

  template <class Record>
  DSTREAM_INLINE Table* operator()(Table* table, Record&& record) const {
    const auto add = [&](Sides& sides) {
      if constexpr (side == 0 && firstsOfSeenGoUnused<Sides>)
        if (sides.second.any) return;
      detail::gather(member<side>(sides), member<1>(std::forward<Record>(record)));
    };
    const auto create = [&] {
      Sides sides;
      add(sides);
      return sides;
    };
    table->combine(member<0>(std::forward<Record>(record)), create, add);
    return table;
  }
};

struct AppendSides {
  template <class Sides>
  void operator()(Sides& sides, Sides&& others) const {
    detail::append(sides.first, std::move(others.first));
    detail::append(sides.second, std::move(others.second));
  }
};

/// Keyed<K, (FirstSide, SecondSide)> of two Rdds of pairs, values in the order of the records. name: the operator's, for errors.
template <class FirstSide, class SecondSide, class First, class Second>
auto cogrouped(const char* name, First first, Second second, std::size_t partitions) {
  using Key = KeyOf<typename First::reference>;
  using Sides = std::pair<FirstSide, SecondSide>;
  using Parents = Both<First, Second>;
  return wide<Keyed<Key, Sides>>(Parents{std::move(first), std::move(second)}, [name, partitions](Parents& parents, RunnerRef runner) {
    const auto firsts = slicesOf(parents.first, runner.sliceBytes());
    const auto seconds = slicesOf(parents.second, runner.sliceBytes());
    const TableStore store(name);
    const bool oneTable = firsts.size() == 1 && seconds.size() == 1;  // the tasks come one after the other: there is nothing to merge
    TablePool<TaskTable<Key, Kept<Sides>>> pool(store, runner, oneTable ? 0 : firsts.size() + seconds.size());
    constexpr bool secondBefore = firstsOfSeenGoUnused<Kept<Sides>>;
    const auto fillSecond = [&] { fillTables(pool, parents.second, runner, seconds, CogroupStep<Key, Kept<Sides>, 1>{}, firsts.size()); };
    if (secondBefore) fillSecond();
    fillTables(pool, parents.first, runner, firsts, CogroupStep<Key, Kept<Sides>, 0>{});
    if (!secondBefore) fillSecond();
    return Keyed<Key, Sides>(mergeTables(pool, store, runner, partitions == 0 ? runner.partitions() : partitions, AppendSides{}), runner);
  });
}

template <class First, class Second>
consteval bool keysMeet() {
  constexpr bool pairs = KeyValue<First> && KeyValue<Second>;
  static_assert(pairs, "a join needs (key, value) pairs on both sides; map each record to std::pair{key, value} first");
  if constexpr (pairs) {
    if constexpr (keyFits<First>() && keyFits<Second>()) {
      using Left = KeyOf<First>;
      using Right = KeyOf<Second>;
      constexpr bool same = sameRecords<Left, Right> || (Text<Left> && Text<Right>);
      static_assert(same, "a join needs keys of the same type on both sides; map one side's keys first");
      return same;
    }
  }
  return false;
}

struct CogroupOp {
  static constexpr OperatorInfo info{"cogroup", Role::Shuffle};

  template <class First, class Second>
  static consteval bool check() {
    if constexpr (keysMeet<First, Second>()) return canKeep<ValueOf<First>>() && canKeep<ValueOf<Second>>();
    return false;
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    using FirstSide = std::vector<ValueOf<typename First::reference>>;
    using SecondSide = std::vector<ValueOf<typename Second::reference>>;
    return cogrouped<FirstSide, SecondSide>(info.name, std::move(first), std::move(second), partitions);
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (vector<V>, vector<W>))> (also Rdds and ranges, see unionWith)
/// **meaning** for every key of either side all its values of both, an empty vector where it has none.
/// **kept** all records of both batches, as owners. **order** values in the order of the records, keys in none.
/// **cost** per record one hash and one table probe in the table of its slice; tables are merged per partition, in the order of the slices. Where each side
/// is one slice, both have the same table.
/// **errors** compile time: no pairs, keys of different types (text counts as one), without hash or ==, an ownership that cannot be seen;
/// those of two streams as for unionWith. **source** Spark PairDStreamFunctions.cogroup.
template <class Other>
[[nodiscard]] auto cogroup(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::CogroupOp{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
