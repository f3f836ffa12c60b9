// SPDX-License-Identifier: BSL-1.0
// expect: aggregate needs a function that adds a record to what began as zero
#include <dstream/core.hpp>

#include <vector>

using namespace dstream;

int main() {
  const std::vector<int> numbers{1, 2, 3};
  const auto join = [](std::vector<int>& all, const std::vector<int>& more) { all.insert(all.end(), more.begin(), more.end()); };
#ifdef RIGHT
  static_cast<void>(numbers | aggregate(std::vector<int>{}, [](std::vector<int>& all, int x) { all.push_back(x); }, join));
#else
  static_cast<void>(numbers | aggregate(std::vector<int>{}, [](std::vector<int> all, int x) { all.push_back(x); }, join));
#endif
}
