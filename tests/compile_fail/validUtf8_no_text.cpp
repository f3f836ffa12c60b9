// SPDX-License-Identifier: BSL-1.0
// expect: validUtf8 needs records of text
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
  words | validUtf8() | count() | value();
#else
  numbers | validUtf8() | count() | value();
#endif
}
