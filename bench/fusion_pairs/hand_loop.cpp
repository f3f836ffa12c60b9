// SPDX-License-Identifier: BSL-1.0
#include "fusion_pairs/contenders.hpp"

namespace bench {

std::int64_t handPairs(const Numbers& numbers) {
  std::int64_t total = 0;
  for (const std::int64_t number : numbers)
    if (number % 16 < 9) total += number * 3 + 1;
  return total;
}

std::int64_t handFlatMapValues(const Numbers& numbers, const Numbers& table) {
  std::int64_t total = 0;
  for (const std::int64_t number : numbers)
    for (const std::int64_t value : inner(number, table)) total += number % 8 * value;
  return total;
}

std::int64_t handUnion(const Numbers& numbers, const Numbers& others) {
  std::int64_t total = 0;
  for (const Numbers* part : {&numbers, &others})
    for (const std::int64_t number : *part)
      if (number % 2 == 0) total += number >> 1;
  return total;
}

std::int64_t handPartitions(const Numbers& numbers) {
  std::int64_t total = 0;
  for (std::size_t partition = 0; partition < 4; ++partition) {
    std::int64_t before = 0;
    for (std::size_t i = numbers.size() * partition / 4; i < numbers.size() * (partition + 1) / 4; ++i) {
      const std::int64_t difference = numbers[i] - before;
      before = numbers[i];
      if (difference % 2 == 0) total += difference;
    }
  }
  return total;
}

std::int64_t handCoalesce(const Numbers& numbers) {
  std::int64_t total = 0;
  for (const std::int64_t number : numbers)
    if (const std::int64_t mapped = number * 3 + 1; mapped % 2 == 0) total += mapped;
  return total;
}

std::int64_t handSample(const Numbers& numbers) {
  const std::uint64_t seed = Random(Random(7)())();
  std::int64_t total = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (static_cast<double>(Random(seed ^ i)() >> 11) * 0x1p-53 < 0.25) total += numbers[i];
  return total;
}

std::int64_t handCartesian(const Numbers& numbers, const Numbers& others) {
  std::int64_t total = 0;
  for (const std::int64_t number : numbers)
    for (const std::int64_t other : others)
      if (const std::int64_t mixed = number ^ other; mixed % 2 == 0) total += mixed;
  return total;
}

}  // namespace bench
