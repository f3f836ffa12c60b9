// SPDX-License-Identifier: BSL-1.0
// expect: an action gives the value of one batch, and a DStream has many; use it inside foreachRDD
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
  numbers | foreachRDD([](auto batch) { static_cast<void>(batch | collect()); });
#else
  static_cast<void>(numbers | collect());
#endif
}
