// SPDX-License-Identifier: BSL-1.0
// expect: reduceByWindow needs functions that take two records by value or const reference: the window keeps them
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

constexpr std::chrono::seconds two(2);

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | reduceByWindow([](int a, int b) { return a + b; }, two, two) | print();
#else
  numbers | reduceByWindow([](int&& a, int&& b) { return a + b; }, two, two) | print();
#endif
}
