// SPDX-License-Identifier: BSL-1.0
// expect: a length of time needs its unit: std::chrono::seconds.30.
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

int main() {
  Context context{"local[1]", "no unit"};
#ifdef RIGHT
  StreamingContext stream{context, std::chrono::seconds(1)};
#else
  StreamingContext stream{context, 1};
#endif
}
