// SPDX-License-Identifier: BSL-1.0
// expect: checkLaws: nothing is stated of this function over this type; specialise dstream::lawsOf, Inverse or Identity
#include <dstream/testing/check_laws.hpp>

using namespace dstream;

int main() {
  const auto add = [](int left, int right) { return left + right; };
  const auto numbers = [](testing::Random& random) { return random.between(0, 9); };
#ifdef RIGHT
  testing::checkLaws<int>(add, Laws{.associative = true}, numbers);
#else
  testing::checkLaws<int>(add, numbers);
#endif
}
