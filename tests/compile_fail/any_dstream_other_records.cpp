// SPDX-License-Identifier: BSL-1.0
// expect: the records of an AnyDStream<T> are those of the stream it is made from, and this one has others than T; map them first
#include <dstream/dstream.hpp>

#include <chrono>
#include <cstddef>
#include <string>

using namespace dstream;

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::string> queue;
  const auto words = stream.queueStream(queue);
#ifdef RIGHT
  const AnyDStream<std::size_t> any(words | map([](const std::string& word) { return word.size(); }));
#else
  const AnyDStream<std::size_t> any(words);
#endif
  any | print();
}
