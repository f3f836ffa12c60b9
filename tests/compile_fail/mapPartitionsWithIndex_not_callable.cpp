// SPDX-License-Identifier: BSL-1.0
// expect: mapPartitionsWithIndex needs a function of a partition's number and its records, .size_t, vector.
#include <dstream/core.hpp>

#include <cstddef>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
#ifdef RIGHT
  numbers | mapPartitionsWithIndex([](std::size_t, std::vector<int> partition) { return partition; }) | collect();
#else
  numbers | mapPartitionsWithIndex([](std::vector<int> partition) { return partition; }) | collect();
#endif
}
