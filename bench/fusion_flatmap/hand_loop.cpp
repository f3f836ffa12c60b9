// SPDX-License-Identifier: BSL-1.0
#include "fusion_flatmap/contenders.hpp"

namespace bench {

std::int64_t handLoop(const Picks& input) {
  std::int64_t total = 0;
  for (const std::uint32_t pick : input.picks)
    for (const std::int64_t number : input.inner(pick))
      if (number % 2 != 0) total += number;
  return total;
}

}  // namespace bench
