// SPDX-License-Identifier: BSL-1.0
#include <range/v3/algorithm/copy.hpp>
#include <range/v3/view/transform.hpp>

#include "fusion_floats/contenders.hpp"

namespace bench {

void rangeV3(const Floats& numbers, Floats& results) {
  using ranges::views::transform;
  ranges::copy(numbers | transform([](float x) { return x * 1.5F + 2.0F; })
                   | transform([](float x) { return x * x; })
                   | transform([](float x) { return x - 0.25F; }),
               results.data());
}

}  // namespace bench
