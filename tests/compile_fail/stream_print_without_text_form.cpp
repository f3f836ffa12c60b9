// SPDX-License-Identifier: BSL-1.0
// expect: print needs a text form of the record; write std::string toText.const Record&. or an operator<< beside its type, or map it to text
#include <dstream/dstream.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

using namespace dstream;

struct Opaque {
  int value;
};

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<int> queue;
  const auto numbers = stream.queueStream(queue);
#ifdef RIGHT
  numbers | map([](int n) { return Opaque{n}.value; }) | print();
#else
  numbers | map([](int n) { return Opaque{n}; }) | print();
#endif
}
