// SPDX-License-Identifier: BSL-1.0
#include "fusion_floats/contenders.hpp"

namespace bench {

void handLoop(const Floats& numbers, Floats& results) {
  float* to = results.data();
  for (const float number : numbers) {
    const float scaled = number * 1.5F + 2.0F;
    const float squared = scaled * scaled;
    *to++ = squared - 0.25F;
  }
}

}  // namespace bench
