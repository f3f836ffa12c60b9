// SPDX-License-Identifier: BSL-1.0
// expect: only sources, keyed results and outputs have names; a fused operator leaves no trace at run time
#include <dstream/core.hpp>

#include <utility>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<std::pair<int, int>> pairs{{1, 2}};
  const auto plusOne = mapValues([](int n) { return n + 1; });
#ifdef RIGHT
  pairs | (plusOne | reduceByKey(plus)).named("sums") | collect();
#else
  pairs | (reduceByKey(plus) | plusOne).named("sums") | collect();
#endif
}
