// SPDX-License-Identifier: BSL-1.0
// expect: parallelize needs a range with random access; collect it into a vector first
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
  parallelize(numbers | std::views::take(2), 2) | sum();
#else
  parallelize(numbers | std::views::filter([](int x) { return x > 1; }), 2) | sum();
#endif
}
