// SPDX-License-Identifier: BSL-1.0
// expect: the streams that unionOf puts together have different types; write unionOf.std::vector<AnyDStream<T>>{first, second}.
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
  const auto doubled = numbers | map([](int x) { return 2 * x; });
#ifdef RIGHT
  unionOf(std::vector<AnyDStream<int>>{numbers, doubled}) | print();
#else
  unionOf({numbers, doubled}) | print();
#endif
}
