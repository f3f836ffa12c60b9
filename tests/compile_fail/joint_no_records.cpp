// SPDX-License-Identifier: BSL-1.0
// expect: an operator of two inputs needs a DStream, an Rdd or a range as the other one
#include <dstream/core.hpp>

#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
#ifdef RIGHT
  numbers | unionWith(numbers) | count();
#else
  numbers | unionWith(1) | count();
#endif
}
