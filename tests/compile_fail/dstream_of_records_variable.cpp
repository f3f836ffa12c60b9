// SPDX-License-Identifier: BSL-1.0
// expect: a DStream is named by its pipeline, not by its records: write auto, or AnyDStream<T>
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
#ifdef RIGHT
  const AnyDStream<int> numbers = stream.queueStream(queue);
#else
  const DStream<int> numbers = stream.queueStream(queue);
#endif
  numbers | print();
}
