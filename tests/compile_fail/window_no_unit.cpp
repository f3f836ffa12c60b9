// SPDX-License-Identifier: BSL-1.0
// expect: a length of time needs its unit: std::chrono::seconds.30.
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context{"local[1]", "no unit"};
  StreamingContext stream{context, std::chrono::seconds(1)};
  auto numbers = stream.rangeStream(std::vector{1, 2, 3}, 1);
#ifdef RIGHT
  numbers | window(std::chrono::seconds(30)) | print();
#else
  numbers | window(30) | print();
#endif
}
