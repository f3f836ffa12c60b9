// SPDX-License-Identifier: BSL-1.0
// expect: a stream cannot be piped into a stream; to put two together use unionWith, join or transformWith
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
  numbers | print();
#else
  numbers | numbers;
#endif
}
