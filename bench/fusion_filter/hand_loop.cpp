// SPDX-License-Identifier: BSL-1.0
// The loop written with operators; and with care: into memory for all, moving on where the number passes.

#include "fusion_filter/contenders.hpp"

namespace bench {

Numbers handLoop(const Numbers& numbers, std::int64_t bound) {
  Numbers kept;
  for (const std::int64_t number : numbers) {
    const std::int64_t mapped = number * 3 + 1;
    if (mapped < bound) kept.push_back(mapped >> 1);
  }
  return kept;
}

Numbers carefulLoop(const Numbers& numbers, std::int64_t bound) {
  Numbers kept(numbers.size() + 1);
  std::size_t size = 0;
  for (const std::int64_t number : numbers) {
    const std::int64_t mapped = number * 3 + 1;
    kept[size] = mapped >> 1;
    size += mapped < bound ? 1 : 0;
  }
  kept.resize(size);
  return kept;
}

}  // namespace bench
