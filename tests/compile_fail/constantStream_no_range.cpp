// SPDX-License-Identifier: BSL-1.0
// expect: constantStream needs a range: a container or a view
#include <dstream/dstream.hpp>

#include <chrono>
#include <vector>

using namespace dstream;

int main() {
  Context context{"local[1]", "no range"};
  StreamingContext stream{context, std::chrono::seconds(1)};
#ifdef RIGHT
  stream.constantStream(std::vector{1, 2, 3}) | print();
#else
  stream.constantStream(3) | print();
#endif
}
