// SPDX-License-Identifier: BSL-1.0
#pragma once
// JointOp: operators of two inputs, what is piped in and another; Both: the two as the one parent of a wide operator.

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0::detail {

/// The runner of two inputs: the one that has workers, the first where both have.
template <Rdd First, Rdd Second>
constexpr auto runnerOf(const First& first, const Second& second) {
  if constexpr (runsInline<First>) {
    return second.runner();
  } else {
    return first.runner();
  }
}

/// Two Rdds as a parent that a wide operator prepares as one.
template <Rdd First, Rdd Second>
struct Both {
  [[nodiscard]] constexpr auto runner() const { return runnerOf(first, second); }
  template <Runner R>
  constexpr void prepare(R& runner) {
    first.prepare(runner);
    second.prepare(runner);
  }

  First first;
  Second second;
};

template <class T>
struct RecordsOf {
  using reference = typename T::reference;
};
template <StreamLike T>
struct RecordsOf<T> {
  using reference = typename T::rdd_type::reference;
};

/// **meaning** a closure that waits for its first input. `Op` has `check<First, Second>()`, of the two records, and `over(first, second)`,
/// of two Rdds. `Other`: a DStream, or an Rdd, which then is the same for every batch.
template <class Op, class Other>
struct JointOp {
  using Named = JointOp<NamedOp<typename UnnamedOf<Op>::type>, Other>;
  static constexpr Kind kind = Kind::Joint;
  static constexpr OperatorInfo info = infoOf<Op>(Role::Wide);

  template <class Record>
  static consteval bool check() {
    return Op::template check<Record, typename RecordsOf<Other>::reference>();
  }
  template <class First, class Second>
  constexpr auto over(First first, Second second) const {
    return op.over(std::move(first), std::move(second));
  }

  constexpr void describe(OperatorInfo& into) const { into = infoOf(op, Role::Wide); }

  /// As Nameable's.
  [[nodiscard]] auto named(std::string given) const& { return Named{{op, std::move(given)}, other}; }
  [[nodiscard]] auto named(std::string given) && { return Named{{op, std::move(given)}, std::move(other)}; }

  [[no_unique_address]] Op op;
  Other other;
};

/// The closure of `op` with its second input: a DStream and an Rdd are copied, a range is held as a pipeline's head is.
template <class Op, class Other>
constexpr auto joint(Op op, Other&& other) {
  using Plain = std::remove_cvref_t<Other>;
  if constexpr (StreamLike<Plain> || RddLike<Plain>) {
    return JointOp<Op, Plain>{std::move(op), std::forward<Other>(other)};
  } else if constexpr (Iterable<Other>) {
    auto head = headOf(std::forward<Other>(other));
    return JointOp<Op, decltype(head)>{std::move(op), std::move(head)};
  } else {
    static_assert(Iterable<Other>, "an operator of two inputs needs a DStream, an Rdd or a range as the other one");
    return JointOp<Op, RangeRdd<const int[1], Hold::Borrowed>>{std::move(op), RangeRdd<const int[1], Hold::Borrowed>{nullptr}};
  }
}

}  // namespace dstream::inline v0::detail
