// SPDX-License-Identifier: BSL-1.0
#pragma once
// WithFixed: an operator of two inputs of which the second is the same for every batch; and what a stream keeps of that one.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

namespace detail {

/// A container that all batches look at. A stream outlives the expression that makes it, and the variables of the function around that.
template <class Container>
class SharedRange {
 public:
  explicit SharedRange(std::shared_ptr<const Container> container) : container_(std::move(container)) {}

  [[nodiscard]] auto begin() const { return detail::first(*container_); }
  [[nodiscard]] auto end() const { return detail::last(*container_); }

 private:
  std::shared_ptr<const Container> container_;
};

}  // namespace detail

template <class Container>
inline constexpr bool isView<detail::SharedRange<Container>> = true;

namespace detail {

template <class Container>
inline constexpr bool canShare = OwnsElements<Container> && Iterable<const Container>;

/// An Rdd as a stream keeps it for all its batches: a container is copied once where it was borrowed, moved where it was owned. What cannot be copied
/// and what does not own its elements is held as it was given.
template <class Other>
Other keptForAll(Other other) {
  return other;
}
template <class Range, Hold hold>
  requires(canShare<std::remove_const_t<Range>> && (hold == Hold::Owned || (hold == Hold::Borrowed && canCopy<std::remove_const_t<Range>>)))
auto keptForAll(RangeRdd<Range, hold> other) {
  using Container = std::remove_const_t<Range>;
  using Shared = SharedRange<Container>;
  const std::size_t partitions = other.partitions();
  return RangeRdd<Shared, Hold::View>{Shared(std::make_shared<const Container>(std::move(other).take())), partitions};
}

template <class Parent>
auto keptForAll(RunnerRdd<Parent> other) {
  const RunnerRef runner = other.runner();
  auto parent = keptForAll(std::move(other).takeParent());
  return RunnerRdd<decltype(parent)>{std::move(parent), runner};
}

template <class Op, class Other>
struct WithFixed {
  constexpr void describe(OperatorInfo& into) const { into = infoOf(op, Role::Wide); }
  template <class R>
  auto over(R rdd) const {
    return op.over(std::move(rdd), other);
  }
  [[no_unique_address]] Op op;
  Other other;
};

}  // namespace detail

}  // namespace dstream::inline v0
