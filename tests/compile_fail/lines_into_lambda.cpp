// SPDX-License-Identifier: BSL-1.0
// expect: the right side of . is neither a dstream closure nor a view; wrap a function
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
  lines("a") | map([](std::string_view line) { return line.size(); }) | collect();
#else
  lines("a") | [](std::string_view line) { return line.size(); };
#endif
}
