// SPDX-License-Identifier: BSL-1.0
// expect: transform.s function must return a batch: an Rdd or a range
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | transform([](auto batch) { return batch | count(); }) | print();
#else
  numbers | transform([](auto batch) { return batch | count() | value(); }) | print();
#endif
}
