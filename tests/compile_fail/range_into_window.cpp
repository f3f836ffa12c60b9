// SPDX-License-Identifier: BSL-1.0
// expect: windows, state, transform and trying with an output need a DStream; a range or a batch has no time
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
#ifdef RIGHT
  numbers | count() | value();
#else
  numbers | window(std::chrono::seconds(2)) | count() | value();
#endif
}
