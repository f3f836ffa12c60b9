// SPDX-License-Identifier: BSL-1.0
// expect: foreachRDD needs a function of one batch, by value or as const auto&
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | foreachRDD([](const auto& batch) { static_cast<void>(batch | count()); });
#else
  numbers | foreachRDD([](auto& batch) { static_cast<void>(batch | count()); });
#endif
}
