// SPDX-License-Identifier: BSL-1.0
// expect: the right side of . is not a dstream closure
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <ranges>

using namespace dstream;

int main() {
  std::vector<int> numbers{1, 2, 3};
  std::vector<std::string> words{"to", "be"};
  std::vector<std::pair<std::string, int>> pairs{{"to", 1}};
  static_cast<void>(numbers.size() + words.size() + pairs.size());
#ifdef RIGHT
  numbers | std::views::take(2) | map([](int x) { return x; }) | sum();
#else
  numbers | map([](int x) { return x; }) | std::views::take(2);
#endif
}
