// SPDX-License-Identifier: BSL-1.0
// The loop written with operators.

#include "fusion_integers/contenders.hpp"

namespace bench {

std::int64_t handLoop(const Numbers& numbers) {
  std::int64_t total = 0;
  for (const std::int64_t number : numbers) {
    const std::int64_t mapped = number * 3 + 1;
    if (mapped % 2 == 0) total += mapped >> 1;
  }
  return total;
}

}  // namespace bench
