// SPDX-License-Identifier: BSL-1.0
// expect: a length of time needs its unit: std::chrono::seconds.30.
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>
#include <utility>

using namespace dstream;

int main() {
  Context context{"local[1]", "no unit"};
  StreamingContext stream{context, std::chrono::seconds(1)};
  auto numbers = stream.rangeStream(std::vector{1, 2, 3}, 1);
#ifdef RIGHT
  numbers | map([](auto n) { return std::pair{n, 1}; }) | reduceByKeyAndWindow(plus, std::chrono::seconds(30), std::chrono::seconds(10)) | print();
#else
  numbers | map([](auto n) { return std::pair{n, 1}; }) | reduceByKeyAndWindow(plus, 30, 10) | print();
#endif
}
