// SPDX-License-Identifier: BSL-1.0
#include <unordered_map>

#include <range/v3/range/access.hpp>
#include <range/v3/range/primitives.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/split.hpp>
#include <range/v3/view/transform.hpp>

#include "word_count/contenders.hpp"

namespace bench {

namespace {
constexpr auto textOf = [](auto&& part) {
  const auto bytes = ranges::distance(part);
  return bytes == 0 ? std::string_view{}
                    : std::string_view(&*ranges::begin(part), static_cast<std::size_t>(bytes));
};
}  // namespace

Digest rangeV3(std::string_view text) {
  using ranges::views::filter, ranges::views::join, ranges::views::split, ranges::views::transform;
  std::unordered_map<std::string_view, long> counts;
  for (const std::string_view word :
       text | split('\n') | transform([](auto&& part) {
         std::string_view line = textOf(part);
         if (line.ends_with('\r')) line.remove_suffix(1);
         return line | split(' ') | transform(textOf);
       }) | join
           | filter([](std::string_view part) { return !part.empty(); }))
    ++counts[word];
  return digestOfAll(counts);
}

}  // namespace bench
