// SPDX-License-Identifier: BSL-1.0
// expect: checkEquivalent compares the records of a pipeline: leave out the action or the output at its end
#include <dstream/dstream.hpp>
#include <dstream/testing/check_equivalent.hpp>

using namespace dstream;

int main() {
  const auto next = map([](int n) { return n + 1; });
  const auto numbers = [](testing::Random& random) { return random.between(0, 9); };
#ifdef RIGHT
  testing::checkEquivalent<int>(next, numbers);
#else
  testing::checkEquivalent<int>(next | print(), numbers);
#endif
}
