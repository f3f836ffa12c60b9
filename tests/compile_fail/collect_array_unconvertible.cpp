// SPDX-License-Identifier: BSL-1.0
// expect: collect needs a target whose elements the records convert to
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <array>

using namespace dstream;

int main() {
  std::vector<int> numbers{1, 2, 3};
  std::vector<std::string> words{"to", "be"};
  std::vector<std::pair<std::string, int>> pairs{{"to", 1}};
  static_cast<void>(numbers.size() + words.size() + pairs.size());
#ifdef RIGHT
  numbers | collect<std::array<int, 3>>();
#else
  numbers | collect<std::array<std::string, 3>>();
#endif
}
