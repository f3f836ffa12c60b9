// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "fusion_filter/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
Numbers stdViews(const Numbers& numbers, std::int64_t bound) {
  using std::views::filter, std::views::transform;
  Numbers kept;
  for (const std::int64_t number : numbers | transform([](std::int64_t x) { return x * 3 + 1; })
                                       | filter([bound](std::int64_t x) { return x < bound; })
                                       | transform([](std::int64_t x) { return x >> 1; }))
    kept.push_back(number);
  return kept;
}
#else
Numbers stdViews(const Numbers&, std::int64_t) { return {}; }
#endif

}  // namespace bench
