// SPDX-License-Identifier: BSL-1.0
// expect: rawSocketStream<T> needs a Codec of T; specialise dstream::Codec for it
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

struct Opaque {};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
#ifdef RIGHT
  stream.rawSocketStream<int>("localhost", 9999) | print();
#else
  stream.rawSocketStream<Opaque>("localhost", 9999) | print();
#endif
}
