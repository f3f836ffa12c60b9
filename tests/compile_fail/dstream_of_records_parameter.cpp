// SPDX-License-Identifier: BSL-1.0
// expect: a DStream is named by its pipeline, not by its records: write auto, or AnyDStream<T> for a parameter, a member or a container of streams of T
#include <dstream/dstream.hpp>

#include <chrono>
#include <cstddef>
#include <string>

using namespace dstream;

#ifdef RIGHT
void show(const AnyDStream<std::string>& words) {
#else
void show(const DStream<std::string>& words) {
#endif
  words | map([](const auto& word) { return word.size(); }) | print();
}

int main() {
  Context context("local");
  StreamingContext stream(context, std::chrono::seconds(1));
  BatchQueue<std::string> queue;
  show(stream.queueStream(queue));
}
