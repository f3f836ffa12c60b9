// SPDX-License-Identifier: BSL-1.0
// expect: a key needs a hash; specialise dstream::KeyHash
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace dstream;

struct Place {
  std::string name;
  bool operator==(const Place&) const = default;
};

int main() {
  std::vector<int> numbers{1, 2, 3};
  std::vector<std::string> words{"to", "be"};
  std::vector<std::pair<std::string, int>> pairs{{"to", 1}};
  static_cast<void>(numbers.size() + words.size() + pairs.size());
#ifdef RIGHT
  pairs | map([](const auto& pair) { return std::pair{pair.first, 1}; }) | reduceByKey(plus) | collect();
#else
  pairs | map([](const auto& pair) { return std::pair{Place{pair.first}, 1}; }) | reduceByKey(plus) | collect();
#endif
}
