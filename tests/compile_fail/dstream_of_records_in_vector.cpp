// SPDX-License-Identifier: BSL-1.0
// expect: a DStream is named by its pipeline, not by its records: write auto, or AnyDStream<T>
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  std::vector<AnyDStream<int>> streams;
#else
  std::vector<DStream<int>> streams;
#endif
  streams.push_back(numbers);
  streams.front() | print();
}
