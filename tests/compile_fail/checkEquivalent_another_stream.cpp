// SPDX-License-Identifier: BSL-1.0
// expect: checkEquivalent has one source and cannot feed another stream: give the operator of two inputs a range
#include <dstream/dstream.hpp>
#include <dstream/testing/check_equivalent.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto other = stream.queueStream(queue);
  const auto numbers = [](testing::Random& random) { return random.between(0, 9); };
  static_cast<void>(other);
#ifdef RIGHT
  testing::checkEquivalent<int>(unionWith(std::vector{1, 2}), numbers);
#else
  testing::checkEquivalent<int>(unionWith(other), numbers);
#endif
}
