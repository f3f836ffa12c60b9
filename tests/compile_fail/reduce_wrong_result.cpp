// SPDX-License-Identifier: BSL-1.0
// expect: reduce needs a function of two records that returns one
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  std::vector<int> numbers{1, 2, 3};
  std::vector<std::string> words{"to", "be"};
  std::vector<std::pair<std::string, int>> pairs{{"to", 1}};
  static_cast<void>(numbers.size() + words.size() + pairs.size());
#ifdef RIGHT
  numbers | reduce([](int x, int y) { return x + y; }) | value();
#else
  numbers | reduce([](int, int) { return std::string(); }) | value();
#endif
}
