// SPDX-License-Identifier: BSL-1.0
// expect: reduceByKeyAndWindow needs functions that take two values by value or const reference: the window keeps them
#include <dstream/dstream.hpp>

#include <chrono>
#include <utility>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::pair<int, int>> queue;
  const auto pairs = stream.queueStream(queue);
#ifdef RIGHT
  pairs | reduceByKeyAndWindow([](int a, int b) { return a + b; }, std::chrono::seconds(2)) | print();
#else
  pairs | reduceByKeyAndWindow([](int&& a, int&& b) { return a + b; }, std::chrono::seconds(2)) | print();
#endif
}
