// SPDX-License-Identifier: BSL-1.0
// expect: mapPartitionsWithIndex needs a function that returns a range or a pusher; return std::vector.x. for one record
#include <dstream/core.hpp>

#include <cstddef>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
#ifdef RIGHT
  numbers | mapPartitionsWithIndex([](std::size_t i, const std::vector<int>&) { return std::vector{i}; }) | collect();
#else
  numbers | mapPartitionsWithIndex([](std::size_t i, const std::vector<int>&) { return i; }) | collect();
#endif
}
