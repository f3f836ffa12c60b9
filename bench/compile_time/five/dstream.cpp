// SPDX-License-Identifier: BSL-1.0
// Five pipelines of five operators; the other files of this folder are the same.
#include <string_view>
#include <vector>

#include <dstream/core.hpp>

using namespace dstream;

long integers(const std::vector<long>& numbers) {
  return numbers | map([](long x) { return x * 3 + 1; }) | filter([](long x) { return x % 2 == 0; }) | map([](long x) { return x >> 1; })
         | filter([](long x) { return x % 5 != 0; }) | sum();
}
float floats(const std::vector<float>& numbers) {
  return numbers | map([](float x) { return x * 1.5F + 2.0F; }) | map([](float x) { return x * x; }) | filter([](float x) { return x > 1.0F; })
         | map([](float x) { return x - 0.25F; }) | sum();
}
void array(const std::vector<float>& numbers, std::vector<float>& results) {
  static_cast<void>(numbers | map([](float x) { return x * 1.5F + 2.0F; }) | map([](float x) { return x * x; }) | map([](float x) { return x + 1; })
                    | map([](float x) { return x - 0.25F; }) | collectInto(results));
}
long inner(const std::vector<std::vector<long>>& lists) {
  return lists | filter([](const auto& list) { return list.size() > 1; }) | flatMap([](const std::vector<long>& list) -> const std::vector<long>& { return list; })
         | filter([](long x) { return x % 2 == 1; }) | map([](long x) { return x * x; }) | sum();
}
long text(std::string_view book) {
  return lines(book) | flatMap(split(' ')) | filter([](std::string_view word) { return word.size() > 3; })
         | map([](std::string_view word) { return static_cast<long>(word.size()); }) | sum();
}
