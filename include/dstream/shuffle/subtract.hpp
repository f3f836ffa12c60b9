// SPDX-License-Identifier: BSL-1.0
#pragma once
// subtract: DStream<T> × DStream<T> → DStream<T>, the records that the other does not have.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/operators/flatMap.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/cogroup.hpp>
#include <dstream/shuffle/intersection.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A Pusher of one record, several times.
template <class Record>
struct Repeated {
  using reference = Record;
  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Accumulator accumulator, Step& step) const {
    for (std::size_t i = 0; i < times; ++i) {
      accumulator = step(std::move(accumulator), static_cast<Record>(record));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }
  Record record;
  std::size_t times;
};

template <class T>
struct OnlyInFirst {
  template <class Record>
  DSTREAM_INLINE constexpr Repeated<MemberView<T>> operator()(const Record& record) const {
    const auto& sides = member<1>(record);
    return {member<0>(record), member<1>(sides).any ? 0 : member<0>(sides).count};
  }
};

struct SubtractOp {
  static constexpr OperatorInfo info{"subtract", Role::Shuffle};

  template <class First, class Second>
  static consteval bool check() {
    return recordsMeet<First, Second>();
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    return cogrouped<Times, Seen>(info.name, std::move(first) | MapOp<AsKey>{}, std::move(second) | MapOp<AsKey>{}, partitions)
           | v0::flatMap(OnlyInFirst<typename First::value_type>{});
  }
  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<T> × DStream<T> → DStream<T> (also Rdds and ranges, see unionWith)
/// **meaning** the records of the first batch that the second does not have, each as often as the first has it.
/// **kept** one T per distinct record and slice, as owners. **order** none promised. **cost** that of cogroup.
/// **errors** as for intersection. **source** Spark RDD.subtract.
template <class Other>
[[nodiscard]] auto subtract(Other&& other, std::size_t partitions = 0) {
  return detail::joint(detail::SubtractOp{partitions}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
