// SPDX-License-Identifier: BSL-1.0
// expect: transform.s function must return a batch: an Rdd or a range
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const std::vector streams{stream.queueStream(queue)};
#ifdef RIGHT
  transform(streams, [](const auto& batches) { return batches.front(); }) | print();
#else
  transform(streams, [](const auto& batches) { batches.front().foreach([](int) {}); }) | print();
#endif
}
