// SPDX-License-Identifier: BSL-1.0
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include "fusion_integers/contenders.hpp"

namespace bench {

std::int64_t rangeV3(const Numbers& numbers) {
  using ranges::views::filter, ranges::views::transform;
  return ranges::accumulate(numbers | transform([](std::int64_t x) { return x * 3 + 1; })
                                | filter([](std::int64_t x) { return x % 2 == 0; })
                                | transform([](std::int64_t x) { return x >> 1; }),
                            std::int64_t{0});
}

}  // namespace bench
