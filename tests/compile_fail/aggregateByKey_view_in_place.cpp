// SPDX-License-Identifier: BSL-1.0
// expect: aggregateByKey and foldByKey need a function that adds a value to what began as zero
#include <dstream/core.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<std::pair<int, std::string>> pairs{{1, "to"}, {1, "be"}};
  const auto longer = [](auto& longest, std::string_view text) {
    if (text.size() > longest.size()) longest = text;
  };
#ifdef RIGHT
  static_cast<void>(pairs | aggregateByKey(std::string(), longer, longer) | collect());
#else
  static_cast<void>(pairs | aggregateByKey(std::string_view(), longer, longer) | collect());  // the table keeps strings
#endif
}
