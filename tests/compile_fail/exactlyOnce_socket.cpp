// SPDX-License-Identifier: BSL-1.0
// expect: exactly once needs sources that can give the same data again: files, ranges and resumable sockets can, other sockets and queues cannot; a stream that has become an AnyDStream no longer says
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;
using namespace std::chrono_literals;

int main() {
  Context context("local");
  StreamingContext stream(context, 1s);
#ifdef RIGHT
  stream.resumableSocketTextStream("host", 9) | saveAsTextFiles("out").exactlyOnce();
#else
  stream.socketTextStream("host", 9) | saveAsTextFiles("out").exactlyOnce();
#endif
}
