// SPDX-License-Identifier: BSL-1.0
#pragma once
// map(x * 1.5 + 2) | map(x * x) | map(x - 0.25), float, into an array of the caller's.

#include <cstddef>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Floats = std::vector<float>;

// Results are as long as the input.
[[gnu::noinline]] void handLoop(const Floats& numbers, Floats& results);
[[gnu::noinline]] void dstreamLoop(const Floats& numbers, Floats& results);
[[gnu::noinline]] void stdViews(const Floats& numbers, Floats& results);
[[gnu::noinline]] void rangeV3(const Floats& numbers, Floats& results);

inline Floats makeFloats(std::size_t count) {
  Random random(2);
  Floats numbers(count);
  for (auto& number : numbers) number = static_cast<float>(random() >> 40) * 0x1p-24F;
  return numbers;
}

}  // namespace bench
