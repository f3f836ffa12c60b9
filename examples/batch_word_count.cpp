// SPDX-License-Identifier: BSL-1.0
// batch_word_count: the pipeline of network_word_count over a plain range: no threads, no runtime.
// And one that the compiler runs: fused operators on numbers and text are constexpr.

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

using namespace dstream;

constexpr auto letters = flatMap(splitWords) | map([](auto word) { return word.size(); }) | sum();
static_assert((lines("to be or not to be\nthat is the question") | letters) == 30);

int main() {
  // [pipeline]
  const auto wordCount =
      flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus);

  const std::vector<std::string> verses{"to be or not to be", "that is the question"};
  auto counts = verses | wordCount | collect();
  // [/pipeline]
  std::ranges::sort(counts);
  for (const auto& [word, count] : counts) std::cout << count << ' ' << word << '\n';
}
