// SPDX-License-Identifier: BSL-1.0
#pragma once
// join: DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (V, W))>, a record for each combination of values of a key.

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/shuffle/cogroup.hpp>
#include <dstream/shuffle/joined.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The values of a side; of one that may be missing as optionals, so that the next loop is given them and not copies.
template <class Side, bool mayMiss>
using SideOf = std::conditional_t<mayMiss, std::optional<ValueOf<typename Side::reference>>, ValueOf<typename Side::reference>>;

template <bool firstMayMiss, bool secondMayMiss>
struct JoinOp {
  static constexpr OperatorInfo info{firstMayMiss ? (secondMayMiss ? "fullOuterJoin" : "rightOuterJoin") : secondMayMiss ? "leftOuterJoin" : "join", Role::Shuffle};

  template <class First, class Second>
  static consteval bool check() {
    return CogroupOp::check<First, Second>();
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    return overTable(std::move(first), tableFor<First>(std::move(second)));
  }
  /// The table of a second side, made once; and the join of a batch with it.
  template <class First, class Second>
  auto tableFor(Second second) const {
    using Data = JoinTable<KeyOf<typename First::reference>, SideOf<Second, secondMayMiss>>;
    return wide<Data>(std::move(second), [name = info.name, parts = partitions](Second& parent, RunnerRef runner) {
      return Data(name, parent, runner, parts == 0 ? runner.partitions() : parts);
    });
  }
  template <class First, class Table>
  auto overTable(First first, WideRdd<Table> table) const {
    using Data = Joined<KeyOf<typename First::reference>, SideOf<First, firstMayMiss>, typename Table::value, JoinKind{firstMayMiss, secondMayMiss}>;
    using Parents = JoinParents<First, Table>;
    return wide<Data>(Parents{std::move(first), std::move(table)}, [name = info.name](Parents& parents, RunnerRef runner) { return Data(name, parents, runner); });
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (V, W))> (also Rdds and ranges, see unionWith)
/// **meaning** for every key of both sides a record for each combination of a V and a W: m × n of them. Batches of one time are joined;
/// window both to join over time. **kept** the second's records, and the values of those of the first that give rows, as owners; combinations are made as
/// the next loop asks. **order** none of keys; within a key by the first's record, then the second's. **cost** per record of the second one hash and one table
/// probe, per record of the first one look into that table, for small keys many at a time, and a step per combination; where there are several
/// partitions the first's records go to those of their keys before. The larger side is best the first. A range or an Rdd that a stream
/// is joined with goes into the table once, with the first batch; what looks at somebody's container, who may change it, each time.
/// **errors** as for cogroup. **source** Spark PairDStreamFunctions.join.
template <class Other>
[[nodiscard]] auto join(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::JoinOp<false, false>{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
