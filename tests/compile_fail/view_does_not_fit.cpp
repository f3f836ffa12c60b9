// SPDX-License-Identifier: BSL-1.0
// expect: this range-v3 view cannot be applied to a vector of this stream's records
#include <dstream/core.hpp>
#include <dstream/ranges.hpp>

#include <range/v3/view/filter.hpp>
#include <string>
#include <vector>

using namespace dstream;

int main() {
#ifdef RIGHT
  std::vector{1, 2} | map([](int n) { return n; }) | ranges::views::filter([](int n) { return n > 1; }) | collect();
#else
  std::vector{1, 2} | map([](int n) { return n; }) | ranges::views::filter([](const std::string& text) { return text.empty(); }) | collect();
#endif
}
