// SPDX-License-Identifier: BSL-1.0
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/range/access.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/split.hpp>
#include <range/v3/view/transform.hpp>

#include "fusion_text/contenders.hpp"

namespace bench {

namespace {
constexpr auto textOf = [](auto&& part) {
  const auto bytes = ranges::distance(part);
  return bytes == 0 ? std::string_view{}
                    : std::string_view(&*ranges::begin(part), static_cast<std::size_t>(bytes));
};
}  // namespace

std::int64_t rangeV3(std::string_view text) {
  using ranges::views::filter, ranges::views::join, ranges::views::split, ranges::views::transform;
  return ranges::accumulate(
      text | split('\n') | transform([](auto&& part) {
        std::string_view line = textOf(part);
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line | split(' ') | transform(textOf);
      }) | join
          | filter([](std::string_view word) { return word.size() > 3; })
          | transform([](std::string_view word) { return static_cast<std::int64_t>(word.size()); }),
      std::int64_t{0});
}

}  // namespace bench
