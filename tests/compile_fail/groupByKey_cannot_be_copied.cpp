// SPDX-License-Identifier: BSL-1.0
// expect: these records cannot be copied, and the pipeline may not move them; std::move the container into it, or let its operators make what can be copied
#include <dstream/core.hpp>

#include <memory>
#include <utility>
#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 1};
#ifdef RIGHT
  numbers | map([](int x) { return std::pair{x, std::make_shared<int>(x)}; }) | groupByKey() | collect();
#else
  numbers | map([](int x) { return std::pair{x, std::make_unique<int>(x)}; }) | groupByKey() | collect();
#endif
}
