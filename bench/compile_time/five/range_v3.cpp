// SPDX-License-Identifier: BSL-1.0
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <range/v3/algorithm/copy.hpp>
#include <range/v3/numeric/accumulate.hpp>
#include <range/v3/range/access.hpp>
#include <range/v3/view/filter.hpp>
#include <range/v3/view/join.hpp>
#include <range/v3/view/split.hpp>
#include <range/v3/view/transform.hpp>

using namespace ranges::views;

long integers(const std::vector<long>& numbers) {
  return ranges::accumulate(numbers | transform([](long x) { return x * 3 + 1; }) | filter([](long x) { return x % 2 == 0; })
                                | transform([](long x) { return x >> 1; }) | filter([](long x) { return x % 5 != 0; }),
                            0L);
}
float floats(const std::vector<float>& numbers) {
  return ranges::accumulate(numbers | transform([](float x) { return x * 1.5F + 2.0F; }) | transform([](float x) { return x * x; })
                                | filter([](float x) { return x > 1.0F; }) | transform([](float x) { return x - 0.25F; }),
                            0.0F);
}
void array(const std::vector<float>& numbers, std::vector<float>& results) {
  ranges::copy(numbers | transform([](float x) { return x * 1.5F + 2.0F; }) | transform([](float x) { return x * x; })
                   | transform([](float x) { return x + 1; }) | transform([](float x) { return x - 0.25F; }),
               results.data());
}
long inner(const std::vector<std::vector<long>>& lists) {
  return ranges::accumulate(lists | filter([](const auto& list) { return list.size() > 1; }) | join | filter([](long x) { return x % 2 == 1; })
                                | transform([](long x) { return x * x; }),
                            0L);
}
long text(std::string_view book) {
  const auto textOf = [](auto&& part) {
    const auto bytes = ranges::distance(part);
    return bytes == 0 ? std::string_view{} : std::string_view(&*ranges::begin(part), static_cast<std::size_t>(bytes));
  };
  return ranges::accumulate(book | split('\n') | transform([=](auto&& part) { return textOf(part) | split(' ') | transform(textOf); }) | join
                                | filter([](std::string_view word) { return word.size() > 3; })
                                | transform([](std::string_view word) { return static_cast<long>(word.size()); }),
                            0L);
}
