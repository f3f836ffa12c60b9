// SPDX-License-Identifier: BSL-1.0
// expect: transform needs a function of one batch of each stream, as .*, and the Time if it likes
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | transformWith(numbers, [](auto left, auto right) { return left | unionWith(right); }) | print();
#else
  numbers | transformWith(numbers, [](auto left) { return left; }) | print();
#endif
}
