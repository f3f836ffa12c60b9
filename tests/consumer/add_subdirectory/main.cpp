// SPDX-License-Identifier: BSL-1.0
#include <dstream/dstream.hpp>

#include <vector>

int main() {
  auto const sum = std::vector<int>{1, 2, 3} | dstream::map([](int x) { return x * x; })
                   | dstream::filter([](int x) { return x > 1; }) | dstream::sum();
  return sum == 13 ? 0 : 1;
}
