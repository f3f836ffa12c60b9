// SPDX-License-Identifier: BSL-1.0
#pragma once
// LaterRdd: a batch in the hands of transform's function, and what that makes of it, which run when the function has returned.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/stream/fixed.hpp>

namespace dstream::inline v0 {

/// **meaning** R, of which operators give LaterRdds: so that one of two inputs keeps a container as it is at the call, copied or moved, whatever becomes of
/// its variable. **cost** none.
template <class R>
struct [[nodiscard("a pipeline does nothing until an action or output ends it")]] LaterRdd : R {};

namespace detail {

template <class T>
inline constexpr bool isLater = false;
template <class R>
inline constexpr bool isLater<LaterRdd<R>> = true;
template <class Op, class Other>
inline constexpr bool isLater<JointOp<Op, Other>> = isLater<Other>;

/// A LaterRdd's own, else what neither changes nor goes away any more.
template <class R>
R lasting(LaterRdd<R> rdd, RunnerRef = {}) {
  return static_cast<R&&>(rdd);
}
template <class Other>
auto lasting(Other other, RunnerRef workers = {}) {
  if constexpr (StreamLike<Other>) {
    return other;
  } else {
    return unborrowed(std::move(other), workers);
  }
}
template <class R>
RunnerRef workersOf(const LaterRdd<R>& rdd) {
  return workersOf(static_cast<const R&>(rdd));
}

template <class Made>
auto later(Made made) {
  if constexpr (RddLike<Made>) {
    return LaterRdd<Made>{std::move(made)};
  } else {
    return made;
  }
}
template <template <class, class> class Two, class Records, class Letters>
  requires(Two<Records, Letters>::hasTwoParts)
auto later(Two<Records, Letters> made) {
  return Two<LaterRdd<Records>, LaterRdd<Letters>>{{std::move(made.records)}, {std::move(made.deadLetters)}};
}

}  // namespace detail

/// The pipe of the Rdd within, on what lasts.
template <detail::RddLike Left, Closure Right>
  requires(detail::isLater<std::remove_cvref_t<Left>> || detail::isLater<std::remove_cvref_t<Right>>)
auto operator|(Left&& rdd, Right&& op) {
  using Op = std::remove_cvref_t<Right>;
  if constexpr (detail::isComposed<Op>) {
    return (std::forward<Left>(rdd) | std::forward<Right>(op).first) | std::forward<Right>(op).then;
  } else if constexpr (detail::is<Op::kind, Kind::Joint>) {
    const RunnerRef workers = [&] {  // the batch's, for what the other one makes of containers
      if constexpr (detail::isLater<std::remove_cvref_t<Left>>) {
        return detail::workersOf(rdd);
      } else {
        return detail::workersOf(op.other);
      }
    }();
    auto first = detail::lasting(std::forward<Left>(rdd), workers);
    auto other = detail::lasting(std::forward<Right>(op).other, workers);
    constexpr bool last = !detail::borrows<decltype(first)> && !detail::borrows<decltype(other)>;
    static_assert(last, "a range that cannot be copied may be gone when the batch of transform's function runs; std::move it into the operator, or, if it outlives the "
                        "stream, put std::views::all around it");
    if constexpr (last) {
      return detail::later(std::move(first) | detail::JointOp<decltype(op.op), decltype(other)>{std::forward<Right>(op).op, std::move(other)});
    } else {
      return Invalid{};
    }
  } else if constexpr (detail::is<Op::kind, Kind::Action>) {
    return detail::lasting(std::forward<Left>(rdd)) | std::forward<Right>(op);
  } else {
    return detail::later(detail::lasting(std::forward<Left>(rdd)) | std::forward<Right>(op));
  }
}

}  // namespace dstream::inline v0
