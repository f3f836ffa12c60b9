// SPDX-License-Identifier: BSL-1.0
#include "fusion_sum/contenders.hpp"

namespace bench {

float handSum(const Floats& numbers) {
  float total = 0;
  for (const float number : numbers) {
    const float scaled = number * 1.5F + 2.0F;
    const float squared = scaled * scaled;
    total += squared - 0.25F;
  }
  return total;
}

}  // namespace bench
