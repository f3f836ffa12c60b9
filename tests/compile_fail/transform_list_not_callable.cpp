// SPDX-License-Identifier: BSL-1.0
// expect: transform of a list needs a function of a vector of batches, as .*, and the Time if it likes
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
  transform(streams, [](int n) { return n + 1; }) | print();
#endif
}
