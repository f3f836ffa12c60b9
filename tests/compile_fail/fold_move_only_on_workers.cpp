// SPDX-License-Identifier: BSL-1.0
// expect: fold begins with several copies of its identity
#include <dstream/core.hpp>

#include <memory>
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
  numbers | map([](int x) { return std::pair{x, x}; }) | reduceByKey(plus) | map([](const auto& p) { return p.second; }) | fold(0, plus);
#else
  pairs | reduceByKey(plus) | fold(std::make_unique<int>(0), [](std::unique_ptr<int> p, const auto&) { return p; });
#endif
}
