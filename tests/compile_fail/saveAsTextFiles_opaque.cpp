// SPDX-License-Identifier: BSL-1.0
// expect: saveAsTextFiles needs a text form of the record; write std::string toText.const Record&. or an operator<< beside its type, or map it to text
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
  numbers | saveAsTextFiles("numbers");
#else
  numbers | map([](int) { return Opaque{}; }) | saveAsTextFiles("numbers");
#endif
}
