// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "fusion_integers/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
std::int64_t stdViews(const Numbers& numbers) {
  using std::views::filter, std::views::transform;
  std::int64_t total = 0;
  for (const std::int64_t number : numbers | transform([](std::int64_t x) { return x * 3 + 1; })
                                       | filter([](std::int64_t x) { return x % 2 == 0; })
                                       | transform([](std::int64_t x) { return x >> 1; }))
    total += number;
  return total;
}
#else
std::int64_t stdViews(const Numbers&) { return 0; }
#endif

}  // namespace bench
