// SPDX-License-Identifier: BSL-1.0
// expect: an AnyDStream is made from a stream, and this pipeline has no source; pipe a stream into it
#include <dstream/dstream.hpp>

#include <chrono>
#include <string>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::string> queue;
  const auto words = stream.queueStream(queue);
#ifdef RIGHT
  const AnyDStream<std::string> any = words | filter([](const std::string& word) { return !word.empty(); });
#else
  const AnyDStream<std::string> any = filter([](const std::string& word) { return !word.empty(); });
#endif
  any | print();
}
