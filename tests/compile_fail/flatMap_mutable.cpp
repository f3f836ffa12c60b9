// SPDX-License-Identifier: BSL-1.0
// expect: flatMap needs a function .* mutable lambda is refused
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
  numbers | flatMap([n = 0](int x) { return std::vector{x + n}; }) | sum();
#else
  numbers | flatMap([n = 0](int x) mutable { return std::vector{x + n++}; }) | sum();
#endif
}
