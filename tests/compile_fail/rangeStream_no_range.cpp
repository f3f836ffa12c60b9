// SPDX-License-Identifier: BSL-1.0
// expect: rangeStream needs a range: a container or a view
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context{"local[1]", "no range"};
  StreamingContext stream{context, std::chrono::seconds(1)};
#ifdef RIGHT
  stream.rangeStream(std::vector{1, 2, 3}, 1) | print();
#else
  stream.rangeStream(1, 10) | print();
#endif
}
