// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "fusion_flatmap/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
std::int64_t stdViews(const Picks& input) {
  using std::views::filter, std::views::join, std::views::transform;
  std::int64_t total = 0;
  for (const std::int64_t number :
       input.picks | transform([&input](std::uint32_t pick) { return input.inner(pick); }) | join
           | filter([](std::int64_t x) { return x % 2 != 0; }))
    total += number;
  return total;
}
#else
std::int64_t stdViews(const Picks&) { return 0; }
#endif

}  // namespace bench
