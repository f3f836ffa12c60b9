// SPDX-License-Identifier: BSL-1.0
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/transform.hpp>

#include "fusion_filter/contenders.hpp"

namespace bench {

Numbers rangeV3(const Numbers& numbers, std::int64_t bound) {
  using ranges::views::filter, ranges::views::transform;
  return numbers | transform([](std::int64_t x) { return x * 3 + 1; })
         | filter([bound](std::int64_t x) { return x < bound; })
         | transform([](std::int64_t x) { return x >> 1; }) | ranges::to<std::vector>;
}

}  // namespace bench
