// SPDX-License-Identifier: BSL-1.0
// expect: the inverse of reduceByKeyAndWindow comes before the times: reduceByKeyAndWindow.f, inverse, length, slide.
#include <dstream/dstream.hpp>

#include <chrono>
#include <utility>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
  const std::chrono::seconds length(30), slide(10);
#ifdef RIGHT
  pairs | reduceByKeyAndWindow(plus, minus, length, slide) | print();
#else
  pairs | reduceByKeyAndWindow(plus, length, minus, slide) | print();
#endif
}
