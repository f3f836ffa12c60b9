// SPDX-License-Identifier: BSL-1.0
// expect: unionWith needs two inputs of the same record type; map one of them first
#include <dstream/core.hpp>

#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
#ifdef RIGHT
  numbers | unionWith(std::vector{4, 5}) | collect();
#else
  numbers | unionWith(std::vector{4.0, 5.0}) | collect();
#endif
}
