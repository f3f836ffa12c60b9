// SPDX-License-Identifier: BSL-1.0
// expect: combineByKey needs three functions: create, mergeValue, and one that joins two combiners, .C, C. → C
#include <dstream/dstream.hpp>

#include <utility>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<std::pair<int, int>> pairs{{1, 2}};
  const auto create = [](int value) { return value; };
#ifdef RIGHT
  const auto combined = pairs | combineByKey(create, plus, plus) | collect();
#else
  const auto combined = pairs | combineByKey(create, plus) | collect();
#endif
  static_cast<void>(combined);
}
