// SPDX-License-Identifier: BSL-1.0
#pragma once
// map(x * 3 + 1) | filter(even) | map(x >> 1) | sum, over random numbers: the filter passes half,
// unpredictably.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Numbers = std::vector<std::int64_t>;

[[gnu::noinline]] std::int64_t handLoop(const Numbers& numbers);
[[gnu::noinline]] std::int64_t dstreamLoop(const Numbers& numbers);
[[gnu::noinline]] std::int64_t stdViews(const Numbers& numbers);
[[gnu::noinline]] std::int64_t rangeV3(const Numbers& numbers);

inline Numbers makeNumbers(std::size_t count) {
  Random random(1);
  Numbers numbers(count);
  for (auto& number : numbers) number = static_cast<std::int64_t>(random() >> 16);
  return numbers;
}

}  // namespace bench
