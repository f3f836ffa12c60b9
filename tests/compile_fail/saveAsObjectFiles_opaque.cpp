// SPDX-License-Identifier: BSL-1.0
// expect: saveAsObjectFiles needs a Codec of the record; specialise dstream::Codec for its type, or map it to pairs, tuples, texts and numbers
#include <dstream/dstream.hpp>

#include <chrono>

using namespace dstream;

struct Opaque {};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | saveAsObjectFiles("numbers");
#else
  numbers | map([](int) { return Opaque{}; }) | saveAsObjectFiles("numbers");
#endif
}
