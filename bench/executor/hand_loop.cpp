// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <cmath>

#include "executor/contenders.hpp"

namespace bench {

Sizes zipf(std::size_t tasks, double meanElements, std::uint64_t seed) {
  std::vector<double> shares(tasks);
  double all = 0;
  for (std::size_t rank = 0; rank < tasks; ++rank)
    all += shares[rank] = std::pow(static_cast<double>(rank + 1), -1.1);
  Sizes sizes;
  for (const double share : shares)
    sizes.push_back(std::max(
        1U, static_cast<std::uint32_t>(share / all * meanElements * static_cast<double>(tasks))));
  Random random(seed);
  for (std::size_t i = sizes.size(); i > 1; --i) std::swap(sizes[i - 1], sizes[random() % i]);
  return sizes;
}

std::uint64_t elements(std::uint64_t from, std::uint64_t to) {
  std::uint64_t sum = 0;
  for (; from < to; ++from) {
    std::uint64_t value = from;
    for (int i = 0; i < 8; ++i) value = (value ^ (value >> 29)) * 0xbf58476d1ce4e5b9U + 1;
    sum += value;
  }
  return sum;
}

std::uint64_t handIrregular(const Sizes& sizes) {
  std::uint64_t sum = 0;
  for (const std::uint32_t size : sizes) sum += elements(0, size);
  return sum;
}

}  // namespace bench
