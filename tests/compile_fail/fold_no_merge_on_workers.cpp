// SPDX-License-Identifier: BSL-1.0
// expect: behind a wide operator or on several workers fold also joins partial results: give it a function that takes two accumulators as well, or collect first
#include <dstream/core.hpp>

#include <string>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
#ifdef RIGHT
  numbers | distinct() | fold(0, plus);
#else
  numbers | distinct() | fold(std::string(), [](std::string text, int n) { return text + std::to_string(n); });
#endif
}
