// SPDX-License-Identifier: BSL-1.0
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/transform.hpp>

#include "fusion_flatmap/contenders.hpp"

namespace bench {

std::int64_t rangeV3(const Picks& input) {
  using ranges::views::filter, ranges::views::join, ranges::views::transform;
  return ranges::accumulate(
      input.picks | transform([&input](std::uint32_t pick) { return input.inner(pick); }) | join
          | filter([](std::int64_t x) { return x % 2 != 0; }),
      std::int64_t{0});
}

}  // namespace bench
