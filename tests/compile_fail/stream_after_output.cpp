// SPDX-License-Identifier: BSL-1.0
// expect: nothing can follow an action or an output; keep the stream in a variable and use it twice
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
  numbers | map([](int n) { return n + 1; }) | print();
#else
  numbers | print() | map([](int n) { return n + 1; });
#endif
}
