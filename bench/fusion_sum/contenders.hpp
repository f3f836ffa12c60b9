// SPDX-License-Identifier: BSL-1.0
#pragma once
// map(x * 1.5 + 2) | map(x * x) | map(x - 0.25) | sum, float: the sum of a loop, record by record,
// and in any order.

#include <cstddef>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Floats = std::vector<float>;

[[gnu::noinline]] float handSum(const Floats& numbers);
[[gnu::noinline]] float dstreamSum(const Floats& numbers);
[[gnu::noinline]] float dstreamSumInAnyOrder(const Floats& numbers);

inline Floats makeFloats(std::size_t count) {
  Random random(2);
  Floats numbers(count);
  for (auto& number : numbers) number = static_cast<float>(random() >> 40) * 0x1p-24F;
  return numbers;
}

}  // namespace bench
