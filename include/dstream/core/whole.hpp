// SPDX-License-Identifier: BSL-1.0
#pragma once
// WholeRdd: an operator that sees partitions, not slices.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

/// **meaning** the partitions of a parent, never cut: `op.fold(parent, partition, accumulator, step)` runs one through, be it empty;
/// `Op::Result<Parent>` is what its step receives. **cost** a partition is one task, so no more workers than partitions are busy.
template <class Parent, class Op>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] WholeRdd {
 public:
  using reference = typename Op::template Result<Parent>;
  using value_type = std::remove_cvref_t<reference>;

  constexpr WholeRdd(Parent parent, Op op) : parent_(std::move(parent)), op_(std::move(op)) {}

  [[nodiscard]] constexpr std::size_t partitions() const { return parent_.partitions(); }
  [[nodiscard]] static constexpr std::size_t splits(std::size_t, std::size_t) { return 1; }
  [[nodiscard]] constexpr auto runner() const { return parent_.runner(); }
  template <Runner R>
  constexpr void prepare(R& runner) {
    parent_.prepare(runner);
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    return op_.fold(parent_, slice.partition, std::move(accumulator), step);
  }

 private:
  Parent parent_;
  [[no_unique_address]] Op op_;
};

}  // namespace dstream::inline v0
