// SPDX-License-Identifier: BSL-1.0
// expect: foreach needs a function that takes one record, by value or as const auto&
#include <dstream/core.hpp>

#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
  const auto doubled = numbers | map([](int x) { return 2 * x; });
#ifdef RIGHT
  doubled | foreach([](const auto&) {});
#else
  doubled | foreach([](auto&) {});
#endif
}
