// SPDX-License-Identifier: BSL-1.0
#pragma once
// intersection: DStream<T> × DStream<T> → DStream<T>, each different record that both have, once.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/keys.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/cogroup.hpp>
#include <dstream/shuffle/distinct.hpp>

namespace dstream::inline v0 {

namespace detail {

/// What intersection and subtract ask of the two records.
template <class First, class Second>
consteval bool recordsMeet() {
  using Left = std::remove_cvref_t<First>;
  using Right = std::remove_cvref_t<Second>;
  constexpr bool same = sameRecords<First, Second> || (Text<Left> && Text<Right>);
  static_assert(same, "intersection and subtract need two inputs of the same record type; map one of them first");
  if constexpr (same) return keyFits<std::pair<Left, int>>();
  return false;
}

struct InBoth {
  template <class Record>
  DSTREAM_INLINE constexpr bool operator()(const Record& record) const {
    const auto& sides = member<1>(record);
    return member<0>(sides).any && member<1>(sides).any;
  }
};

struct IntersectionOp {
  static constexpr OperatorInfo info{"intersection", Role::Shuffle};

  template <class First, class Second>
  static consteval bool check() {
    return recordsMeet<First, Second>();
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    return cogrouped<Seen, Seen>(info.name, std::move(first) | MapOp<AsKey>{}, std::move(second) | MapOp<AsKey>{}, partitions)
           | filter(InBoth{}) | keys();
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<T> × DStream<T> → DStream<T> (also Rdds and ranges, see unionWith)
/// **meaning** each different record that both batches have, once. **kept** one T per distinct record and slice, as owners.
/// **order** none promised. **cost** that of cogroup. **errors** compile time: different records (text counts as one type), a T without hash
/// or ==, or whose ownership cannot be seen; those of two streams as for unionWith. **source** Spark RDD.intersection.
template <class Other>
[[nodiscard]] auto intersection(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::IntersectionOp{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
