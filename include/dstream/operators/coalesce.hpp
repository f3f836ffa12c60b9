// SPDX-License-Identifier: BSL-1.0
#pragma once
// coalesce: DStream<T> → DStream<T>, neighbouring partitions put together.

#include <cstddef>
#include <stdexcept>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

/// **meaning** at most `most` partitions, each of neighbouring ones of the parent, which are its slices.
template <class Parent>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] CoalesceRdd {
 public:
  using reference = typename Parent::reference;
  using value_type = typename Parent::value_type;

  constexpr CoalesceRdd(Parent parent, std::size_t most) : parent_(std::move(parent)), most_(most) {}

  [[nodiscard]] constexpr std::size_t partitions() const { return parent_.partitions() < most_ ? parent_.partitions() : most_; }
  [[nodiscard]] constexpr std::size_t splits(std::size_t partition, std::size_t) const { return begin(partition + 1) - begin(partition); }
  [[nodiscard]] constexpr auto runner() const { return parent_.runner(); }
  template <Runner R>
  constexpr void prepare(R& runner) {
    parent_.prepare(runner);
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    const std::size_t from = begin(slice.partition);
    const std::size_t count = begin(slice.partition + 1) - from;
    const std::size_t to = from + count * (slice.index + 1) / slice.count;
    for (std::size_t partition = from + count * slice.index / slice.count; partition < to && !v0::stopped(accumulator); ++partition)
      accumulator = parent_.fold(Slice{partition}, std::move(accumulator), step);
    return accumulator;
  }

 private:
  /// The parent's first partition in this one.
  [[nodiscard]] constexpr std::size_t begin(std::size_t partition) const { return parent_.partitions() * partition / partitions(); }

  Parent parent_;
  std::size_t most_;
};

namespace detail {
struct CoalesceOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"coalesce", Role::Fused};
  template <class Record>
  static consteval bool check() {
    return true;
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return CoalesceRdd<R>{std::move(rdd), most};
  }
  std::size_t most;
};
}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** as many partitions as asked, or as there are if those are fewer. **kept** nothing. **order** kept.
/// **cost** none, fused; a partition of the parent is one task. **errors** std::invalid_argument for no partition.
/// **source** Spark RDD.coalesce, without shuffle.
[[nodiscard]] constexpr auto coalesce(std::size_t partitions) {
  if (partitions == 0) throw std::invalid_argument("dstream: coalesce: there must be at least one partition");
  return detail::CoalesceOp{partitions};
}

}  // namespace dstream::inline v0
