// SPDX-License-Identifier: BSL-1.0
// expect: only sources, keyed results and outputs have names; a fused operator leaves no trace at run time
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
  numbers.named("n") | map([](int n) { return n + 1; }) | print();
#else
  (numbers | map([](int n) { return n + 1; })).named("n") | print();
#endif
}
