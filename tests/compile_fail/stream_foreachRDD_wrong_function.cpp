// SPDX-License-Identifier: BSL-1.0
// expect: foreachRDD needs a function of one batch
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
  numbers | foreachRDD([](auto batch) { static_cast<void>(batch.count()); });
#else
  numbers | foreachRDD([](int record) { static_cast<void>(record); });
#endif
}
