// SPDX-License-Identifier: BSL-1.0
// expect: objectFileStream<T> needs a Codec of T; specialise dstream::Codec for it
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

struct Opaque {};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
#ifdef RIGHT
  stream.objectFileStream<int>("incoming") | print();
#else
  stream.objectFileStream<Opaque>("incoming") | print();
#endif
}
