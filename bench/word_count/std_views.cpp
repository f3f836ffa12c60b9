// SPDX-License-Identifier: BSL-1.0
#include "support/std_views.hpp"

#include "word_count/contenders.hpp"

#if BENCH_STD_VIEWS
#include <ranges>
#include <unordered_map>
#endif

namespace bench {

#if BENCH_STD_VIEWS
/// Single blanks and CRLF only: C++20 has no view that splits by a predicate.
Digest stdViews(std::string_view text) {
  using std::views::filter, std::views::join, std::views::split, std::views::transform;
  std::unordered_map<std::string_view, long> counts;
  for (const std::string_view word :
       text | split('\n') | transform([](auto&& part) {
         std::string_view line(part.begin(), part.end());
         if (line.ends_with('\r')) line.remove_suffix(1);
         return line | split(' ');
       }) | join
           | transform([](auto&& part) { return std::string_view(part.begin(), part.end()); })
           | filter([](std::string_view part) { return !part.empty(); }))
    ++counts[word];
  return digestOfAll(counts);
}
#else
Digest stdViews(std::string_view) { return {}; }
#endif

}  // namespace bench
