// SPDX-License-Identifier: BSL-1.0
// expect: a pipeline without a source does nothing; pipe a stream, a range or an Rdd into it
#include <dstream/dstream.hpp>

#include <chrono>

#pragma GCC diagnostic error "-Wunused-result"
#pragma GCC diagnostic error "-Wunused-value"

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | map([](int x) { return 2 * x; }) | print();
#else
  map([](int x) { return 2 * x; }) | print();
#endif
  static_cast<void>(numbers);
}
