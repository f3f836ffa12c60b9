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

/// A side of which values may be missing holds optionals, so that the next loop is given them and not copies.
template <bool firstMayMiss, bool secondMayMiss>
struct JoinOp {
  static constexpr OperatorInfo info{firstMayMiss ? (secondMayMiss ? "fullOuterJoin" : "rightOuterJoin") : secondMayMiss ? "leftOuterJoin" : "join", Role::Shuffle};

  template <class First, class Second>
  static consteval bool check() {
    return CogroupOp::check<First, Second>();
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    using Key = KeyOf<typename First::reference>;
    using Left = ValueOf<typename First::reference>;
    using Right = ValueOf<typename Second::reference>;
    using V = std::conditional_t<firstMayMiss, std::optional<Left>, Left>;
    using W = std::conditional_t<secondMayMiss, std::optional<Right>, Right>;
    using Data = Joined<Key, V, W, JoinKind{firstMayMiss, secondMayMiss}>;
    return wide<Data>(Both<First, Second>{std::move(first), std::move(second)}, [name = info.name, parts = partitions](auto& parents, RunnerRef runner) {
      return Data(name, parents, runner, parts == 0 ? runner.partitions() : parts);
    });
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (V, W))> (also Rdds and ranges, see unionWith)
/// **meaning** for every key of both sides a record for each combination of a V and a W: m × n of them. Batches of one time are joined;
/// window both to join over time. **kept** the second's records, and the values of those of the first that give rows, as owners; combinations are made as
/// the next loop asks. **order** none of keys; within a key by the first's record, then the second's. **cost** per record of the second one hash and one table
/// probe, per record of the first one look into that table, for small keys many at a time, and a step per combination; where there are several
/// partitions the first's records go to those of their keys before. The larger side is best the first.
/// **errors** as for cogroup. **source** Spark PairDStreamFunctions.join.
template <class Other>
[[nodiscard]] auto join(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::JoinOp<false, false>{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
