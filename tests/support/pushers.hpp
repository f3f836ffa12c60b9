// SPDX-License-Identifier: BSL-1.0
#pragma once
// UpTo: the smallest Pusher, with a count of what it pushed.

#include <utility>

#include <dstream/core/rdd.hpp>

namespace support {

/// Pushes 0 … n − 1.
struct UpTo {
  using reference = int;

  template <class Accumulator, class Step>
  constexpr Accumulator fold(Accumulator accumulator, Step& step) const {
    for (int i = 0; i < n; ++i) {
      if (pushed != nullptr) ++*pushed;
      accumulator = step(std::move(accumulator), i);
      if (dstream::stopped(accumulator)) break;
    }
    return accumulator;
  }

  int n;
  int* pushed = nullptr;
};

}  // namespace support
