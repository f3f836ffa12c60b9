// SPDX-License-Identifier: BSL-1.0
// expect: reduceByKey needs .key, value. pairs; map each record to std::pair{key, value} first
#include <dstream/dstream.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | map([](int n) { return std::pair{n, 1}; }) | reduceByKey(plus) | print();
#else
  numbers | reduceByKey(plus) | print();
#endif
}
