// SPDX-License-Identifier: BSL-1.0
// expect: the filter of reduceByKeyAndWindow takes a .key, value. pair and returns bool
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
  pairs | reduceByKeyAndWindow(plus, minus, two, two, [](const auto& pair) { return pair.second > 0; }) | print();
#else
  pairs | reduceByKeyAndWindow(plus, minus, two, two, [](int key, int value) { return key < value; }) | print();
#endif
}
