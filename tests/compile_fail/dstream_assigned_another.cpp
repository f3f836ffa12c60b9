// SPDX-License-Identifier: BSL-1.0
// expect: a stream has the type of its pipeline, and this one has another; give it a variable of its own, or declare AnyDStream<T>
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  AnyDStream<int> chosen = numbers;
#else
  auto chosen = numbers;
#endif
  chosen = numbers | filter([](int x) { return x > 0; });
  chosen | print();
}
