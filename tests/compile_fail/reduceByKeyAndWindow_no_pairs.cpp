// SPDX-License-Identifier: BSL-1.0
// expect: reduceByKeyAndWindow needs .key, value. pairs; map each record to std::pair.key, value. first
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | keyBy([](int n) { return n; }) | reduceByKeyAndWindow(plus, std::chrono::seconds(2)) | print();
#else
  numbers | reduceByKeyAndWindow(plus, std::chrono::seconds(2)) | print();
#endif
}
