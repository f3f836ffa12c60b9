// SPDX-License-Identifier: BSL-1.0
// expect: the right side of . is not a dstream closure; wrap a function as map.f.
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
  numbers | [](int n) { return n + 1; };
#endif
}
