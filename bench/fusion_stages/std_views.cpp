// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "fusion_stages/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
std::uint64_t stdViews(const Numbers& numbers, std::uint64_t key) {
  using std::views::filter, std::views::transform;
  std::uint64_t total = 0;
  for (const std::uint64_t x :
       numbers | transform([key](std::uint64_t x) { return stirred<0>(x, key); })
           | transform([key](std::uint64_t x) { return stirred<1>(x, key); })
           | filter([](std::uint64_t x) { return passes<2>(x); })
           | transform([key](std::uint64_t x) { return stirred<3>(x, key); })
           | transform([key](std::uint64_t x) { return stirred<4>(x, key); })
           | filter([](std::uint64_t x) { return passes<5>(x); })
           | transform([key](std::uint64_t x) { return stirred<6>(x, key); })
           | transform([key](std::uint64_t x) { return stirred<7>(x, key); })
           | filter([](std::uint64_t x) { return passes<8>(x); })
           | transform([key](std::uint64_t x) { return stirred<9>(x, key); })
           | transform([key](std::uint64_t x) { return stirred<10>(x, key); })
           | filter([](std::uint64_t x) { return passes<11>(x); })
           | transform([key](std::uint64_t x) { return stirred<12>(x, key); })
           | transform([key](std::uint64_t x) { return stirred<13>(x, key); })
           | filter([](std::uint64_t x) { return passes<14>(x); })
           | transform([key](std::uint64_t x) { return stirred<15>(x, key); }))
    total += x;
  return total;
}
#else
std::uint64_t stdViews(const Numbers&, std::uint64_t) { return 0; }
#endif

}  // namespace bench
