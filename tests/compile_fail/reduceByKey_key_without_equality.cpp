// SPDX-License-Identifier: BSL-1.0
// expect: a key needs operator==
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace dstream;

struct Place {
  std::string name;
};
template <>
struct dstream::KeyHash<Place> {
  static std::uint64_t hash(const Place& place, std::uint64_t seed) {
    return KeyHash<std::string>::hash(place.name, seed);
  }
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
