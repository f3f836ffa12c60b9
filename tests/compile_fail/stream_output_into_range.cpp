// SPDX-License-Identifier: BSL-1.0
// expect: an output such as print.. ends a DStream; a range or a batch is ended by an action
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
  static_cast<void>(std::vector{1, 2} | collect());
#else
  static_cast<void>(std::vector{1, 2} | print());
#endif
}
