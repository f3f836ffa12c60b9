// SPDX-License-Identifier: BSL-1.0
#pragma once
// map(x * 3 + 1) | filter(below a bound) | map(x >> 1) | collect, over random numbers: how many pass is the bound's, which ones nobody can foresee.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Numbers = std::vector<std::int64_t>;

inline constexpr std::int64_t range = 3'000'000;

[[gnu::noinline]] Numbers handLoop(const Numbers& numbers, std::int64_t bound);
[[gnu::noinline]] Numbers carefulLoop(const Numbers& numbers, std::int64_t bound);
[[gnu::noinline]] Numbers dstreamLoop(const Numbers& numbers, std::int64_t bound);
[[gnu::noinline]] Numbers stdViews(const Numbers& numbers, std::int64_t bound);
[[gnu::noinline]] Numbers rangeV3(const Numbers& numbers, std::int64_t bound);

inline Numbers makeNumbers(std::size_t count) {
  Random random(1);
  Numbers numbers(count);
  for (auto& number : numbers) number = static_cast<std::int64_t>(random() % (range / 3));
  return numbers;
}

}  // namespace bench
