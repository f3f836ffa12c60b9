// SPDX-License-Identifier: BSL-1.0
// expect: keeps records past their step, and it cannot be seen that this type owns
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <span>

using namespace dstream;

int main() {
  std::vector<int> numbers{1, 2, 3};
  std::vector<std::string> words{"to", "be"};
  std::vector<std::pair<std::string, int>> pairs{{"to", 1}};
  static_cast<void>(numbers.size() + words.size() + pairs.size());
#ifdef RIGHT
  words | map([](const std::string& word) { return std::string(word); }) | collect();
#else
  words | map([](const std::string& word) { return std::span(word); }) | collect();
#endif
}
