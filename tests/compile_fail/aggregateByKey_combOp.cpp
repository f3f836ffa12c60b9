// SPDX-License-Identifier: BSL-1.0
// expect: need a function that joins two parts
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
  pairs | aggregateByKey(0L, plus, plus) | collect();
#else
  pairs | aggregateByKey(0L, plus, [](long x) { return x; }) | collect();
#endif
}
