// SPDX-License-Identifier: BSL-1.0
// expect: transform of a list needs a std::vector of streams of one type
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
  transform(std::vector{1, 2}, [](const auto& batches) { return batches.front(); }) | print();
#endif
}
