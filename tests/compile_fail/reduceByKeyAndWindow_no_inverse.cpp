// SPDX-License-Identifier: BSL-1.0
// expect: only a window with an inverse of its own can keep keys that have left it
#include <dstream/dstream.hpp>

#include <chrono>
#include <utility>

using namespace dstream;

constexpr std::chrono::seconds two(2);

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  pairs | reduceByKeyAndWindow(plus, minus, two, two).keepEmptyKeys() | print();
#else
  pairs | reduceByKeyAndWindow(plus, two, two).keepEmptyKeys() | print();
#endif
}
