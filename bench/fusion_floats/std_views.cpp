// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "fusion_floats/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
void stdViews(const Floats& numbers, Floats& results) {
  using std::views::transform;
  float* to = results.data();
  for (const float number : numbers | transform([](float x) { return x * 1.5F + 2.0F; })
                                | transform([](float x) { return x * x; })
                                | transform([](float x) { return x - 0.25F; }))
    *to++ = number;
}
#else
void stdViews(const Floats&, Floats&) {}
#endif

}  // namespace bench
