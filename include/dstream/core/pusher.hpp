// SPDX-License-Identifier: BSL-1.0
#pragma once
// Pusher: a sequence that folds itself, so that the one who consumes it needs no iterator.

#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

namespace detail {
struct AnyStep {
  template <class Record>
  constexpr int operator()(int accumulator, Record&&) const {
    return accumulator;
  }
};
}  // namespace detail

/// **meaning** has `reference`, the type of what it pushes, and `fold(accumulator, step)`, which threads the accumulator through
/// `step(accumulator, element)` for each element and returns it; it asks `stopped(accumulator)` after each step.
template <class T>
concept Pusher = requires(const T& pusher, detail::AnyStep& step) {
  typename T::reference;
  pusher.fold(0, step);
};

}  // namespace dstream::inline v0
