// SPDX-License-Identifier: BSL-1.0
#pragma once
// WithFixed: an operator of two inputs of which the second is the same for every batch; and what a stream keeps of that one.

#include <array>
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
#include <dstream/core/wide.hpp>

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

template <Rdd R>
class BatchRdd;
template <Rdd First, Rdd Second>
class UnionRdd;

namespace detail {

/// What is copied of a range that is somebody else's: of an array, which cannot be a function's result, a std::array.
template <class Range>
struct ContainerOf {
  using type = std::remove_const_t<Range>;
  static type copy(const Range& range) { return range; }
};
template <class T, std::size_t size>
struct ContainerOf<T[size]> {
  using type = std::array<std::remove_const_t<T>, size>;
  static type copy(const T (&range)[size]) { return std::to_array(range); }
};

template <class Container>
inline constexpr bool canShare = OwnsElements<Container> && Iterable<const Container>;
template <class Container>
auto sharedRange(Container container, std::size_t partitions) {
  using Shared = SharedRange<Container>;
  return RangeRdd<Shared, Hold::View>{Shared(std::make_shared<const Container>(std::move(container))), partitions};
}

/// Whether an Rdd looks at a container that is somebody else's, as far as its type can tell: a WideRdd's cannot. What a batch looks at, its stream answers for.
template <class R>
inline constexpr bool borrows = false;
template <class Range>
inline constexpr bool borrows<RangeRdd<Range, Hold::Borrowed>> = true;
template <template <class...> class Over, class... Parts>
inline constexpr bool borrows<Over<Parts...>> = (borrows<Parts> || ...);
template <class First, class Second>
inline constexpr bool borrows<UnionRdd<First, Second>> = borrows<First> || borrows<Second>;
template <class R>
inline constexpr bool borrows<BatchRdd<R>> = false;

/// An Rdd with copies of the containers that it borrowed, to the records of which it refers as it did to theirs. What cannot be copied it goes on borrowing.
struct Unborrow {
  template <class R>
  R operator()(R rdd) const {
    static_assert(!borrows<R>, "what is put together with a stream's batches looks at a container that may be gone when they run; std::move the container into its pipeline");
    return rdd;
  }
  template <class Range>
  auto operator()(RangeRdd<Range, Hold::Borrowed> rdd) const {
    using Container = typename ContainerOf<Range>::type;
    if constexpr (canShare<Container> && canCopy<Container>) {
      const std::size_t partitions = rdd.partitions();
      return sharedRange(ContainerOf<Range>::copy(std::move(rdd).take()), partitions);
    } else {
      return rdd;
    }
  }
  template <class Parent>
  auto operator()(RunnerRdd<Parent> rdd) const {
    const RunnerRef runner = rdd.runner();
    auto parent = (*this)(std::move(rdd).takeParent());
    return RunnerRdd<decltype(parent)>{std::move(parent), runner};
  }
  template <class Parent, class Op>
    requires borrows<Parent>
  auto operator()(NarrowRdd<Parent, Op> rdd) const {
    using Below = typename NarrowRdd<Parent, Op>::Below;
    if constexpr (isNarrowRdd<Parent>) {
      auto parent = (*this)(Parent{static_cast<Below&&>(rdd)});
      return NarrowRdd<decltype(parent), Op>{{std::move(parent), std::move(rdd.op)}};
    } else {
      auto parent = (*this)(std::move(rdd.source));
      return NarrowRdd<decltype(parent), Op>{{{std::move(parent)}, std::move(rdd.op)}};
    }
  }
  template <class First, class Second>
  auto operator()(UnionRdd<First, Second> rdd) const {
    return std::move(rdd).withParents(*this);
  }
};

/// The runner that an Rdd brings.
template <class R>
RunnerRef workersOf(const R& rdd) {
  if constexpr (runsInline<R>) {
    return {};
  } else {
    return rdd.runner();
  }
}

/// The same; and what a wide operator made of a container is computed now, by these workers, while that is there.
template <class R>
auto unborrowed(R rdd, RunnerRef workers) {
  auto own = Unborrow{}(std::move(rdd));
  own.prepare(workers);
  return own;
}

/// An Rdd as a stream keeps it for all its batches: a container is copied once where it was borrowed, moved where it was owned. What cannot be copied and what
/// does not own its elements is held as it was given.
template <class Other>
auto keptForAll(Other other) {
  const RunnerRef workers = workersOf(other);
  return unborrowed(std::move(other), workers);
}
template <class Range>
  requires canShare<Range>
auto keptForAll(RangeRdd<Range, Hold::Owned> other) {
  const std::size_t partitions = other.partitions();
  return sharedRange(std::move(other).take(), partitions);
}
template <class Range>
  requires canShare<Range>
auto keptForAll(RunnerRdd<RangeRdd<Range, Hold::Owned>> other) {
  const RunnerRef runner = other.runner();
  auto parent = keptForAll(std::move(other).takeParent());
  return RunnerRdd<decltype(parent)>{std::move(parent), runner};
}

/// Whether an Rdd gives the same records whenever it is asked, as far as its type can tell: not what looks at somebody's container, who may change it.
template <class R>
inline constexpr bool lasts = false;
template <class Container>
inline constexpr bool lasts<RangeRdd<SharedRange<Container>, Hold::View>> = true;
template <class Data>
inline constexpr bool lasts<WideRdd<Data>> = true;
template <class Parent>
inline constexpr bool lasts<RunnerRdd<Parent>> = lasts<Parent>;
template <class Parent, class Op>
inline constexpr bool lasts<NarrowRdd<Parent, Op>> = lasts<Parent>;
template <class First, class Second>
inline constexpr bool lasts<UnionRdd<First, Second>> = lasts<First> && lasts<Second>;

/// A join looks into a table of a side that lasts, made for the first batch, and kept instead of that side.
template <class Op, class Other, class First>
concept KeepsTable = lasts<Other> && requires(const Op& op, Other other) { op.template tableFor<First>(std::move(other)); };

template <class Op, class Other, class First>
struct WithFixed {
  WithFixed(Op given, Other other) : op(std::move(given)), second(secondOf(op, std::move(other))) {}

  constexpr void describe(OperatorInfo& into) const { into = infoOf(op, Role::Wide); }
  auto over(First first) const {
    if constexpr (KeepsTable<Op, Other, First>) {
      return op.overTable(std::move(first), second);
    } else {
      return op.over(std::move(first), second);
    }
  }
  static auto secondOf(const Op& op, Other other) {
    if constexpr (KeepsTable<Op, Other, First>) {
      return op.template tableFor<First>(std::move(other));
    } else {
      return other;
    }
  }

  [[no_unique_address]] Op op;
  decltype(secondOf(std::declval<const Op&>(), std::declval<Other>())) second;
};

}  // namespace detail

}  // namespace dstream::inline v0
