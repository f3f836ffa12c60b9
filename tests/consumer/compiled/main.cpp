// SPDX-License-Identifier: BSL-1.0
// Two files that use the runtime, and hold none of it.
#include <dstream/dstream.hpp>

#ifndef DSTREAM_COMPILED
#error "dstream::compiled does not say DSTREAM_COMPILED"
#endif

long count(dstream::StreamingContext& stream);

int main() {
  using namespace std::chrono_literals;
  dstream::Context context{"local[2]", "consumer"};
  dstream::StreamingContext stream{context, 1ms};
  const long words = count(stream);
  stream.stop();  // inlined here, it looks at a thread_local variable that the library defines
  return words == 3 ? 0 : 1;
}
