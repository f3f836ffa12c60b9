// SPDX-License-Identifier: BSL-1.0
// explain: what a pipeline will do, before it does anything. Counts are known to the compiler; the text is for people.

#include <iostream>

#include <dstream/dstream.hpp>

using namespace dstream;
using namespace std::chrono_literals;

int main() {
  // [plan]
  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus).named("counts");
  static_assert(planOf(wordCount).fused == 2);
  static_assert(planOf(wordCount).shuffles == 1);
  // [/plan]
  std::cout << explain(wordCount) << '\n';

  Context context{"local[2]", "Explain"};
  StreamingContext stream{context, 1s};
  // [streams]
  const auto words = stream.socketTextStream("localhost", 9999) | wordCount;
  words | filter([](const auto& pair) { return pair.second > 9; }) | print();
  words | reduceByKeyAndWindow(plus, 60s, 10s) | print();

  std::cout << stream.explain();
  // [/streams]
}
