// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "fusion_text/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#endif

namespace bench {

#if BENCH_STD_VIEWS
std::int64_t stdViews(std::string_view text) {
  using std::views::filter, std::views::join, std::views::split, std::views::transform;
  std::int64_t total = 0;
  for (const std::string_view word :
       text | split('\n') | transform([](auto&& part) {
         std::string_view line(part.begin(), part.end());
         if (line.ends_with('\r')) line.remove_suffix(1);
         return line | split(' ');
       }) | join
           | transform([](auto&& part) { return std::string_view(part.begin(), part.end()); })
           | filter([](std::string_view part) { return part.size() > 3; }))
    total += static_cast<std::int64_t>(word.size());
  return total;
}
#else
std::int64_t stdViews(std::string_view) { return 0; }
#endif

}  // namespace bench
