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
#include <dstream/core/rdd.hpp>
#include <dstream/shuffle/cogroup.hpp>

namespace dstream::inline v0 {

namespace detail {

/// One side of a key: its values; where one may be missing and none is there, that one.
template <class Value, bool optional>
struct JoinSide {
  using Values = std::vector<Kept<Value>>;
  DSTREAM_INLINE static std::size_t size(const Values& values) { return optional && values.empty() ? 1 : values.size(); }
  DSTREAM_INLINE static MemberView<Value> at(const Values& values, std::size_t i) {
    if constexpr (optional) {
      static const Kept<Value> missing;
      if (values.empty()) return Owned<Value>::look(missing);
    }
    return Owned<Value>::look(values[i]);
  }
};

template <class Key, class First, class Second, bool firstMayMiss, bool secondMayMiss>
struct JoinRowsOp {
  static constexpr Kind kind = Kind::Narrow;
  using Row = std::pair<MemberView<Key>, std::pair<MemberView<First>, MemberView<Second>>>;

  template <class>
  static consteval bool check() {
    return true;
  }
  template <class>
  using Result = Row;

  using Firsts = JoinSide<First, firstMayMiss>;
  using Seconds = JoinSide<Second, secondMayMiss>;

  template <class Next>
  struct Step {
    template <class Accumulator, class Record>
    DSTREAM_INLINE Accumulator operator()(Accumulator accumulator, Record&& record) {
      auto&& sides = member<1>(record);
      const auto& firsts = member<0>(sides);
      const auto& seconds = member<1>(sides);
      for (std::size_t i = 0; i < Firsts::size(firsts); ++i)
        for (std::size_t j = 0; j < Seconds::size(seconds); ++j) {
          accumulator = next(std::move(accumulator), Row(member<0>(record), typename Row::second_type(Firsts::at(firsts, i), Seconds::at(seconds, j))));
          if (v0::stopped(accumulator)) return accumulator;
        }
      return accumulator;
    }
    const JoinRowsOp& op;  // of no use here, but every step is made as {op, next}
    Next& next;
  };
};

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
    auto groups = cogrouped<std::vector<V>, std::vector<W>>(info.name, std::move(first), std::move(second), partitions);
    return std::move(groups) | JoinRowsOp<Key, V, W, firstMayMiss, secondMayMiss>{};
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<(K, V)> × DStream<(K, W)> → DStream<(K, (V, W))> (also Rdds and ranges, see unionWith)
/// **meaning** for every key of both sides a record for each combination of a V and a W: m × n of them. Batches of one time are joined;
/// window both to join over time. **kept** all records of both batches, as owners; combinations are made as the next loop asks.
/// **order** none of keys; within a key by the first's record, then the second's. **cost** that of cogroup, and a step per combination.
/// **errors** as for cogroup. **source** Spark PairDStreamFunctions.join.
template <class Other>
[[nodiscard]] auto join(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::JoinOp<false, false>{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
