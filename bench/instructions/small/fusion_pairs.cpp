// SPDX-License-Identifier: BSL-1.0
#include "fusion_pairs/contenders.hpp"

int main() {
  using namespace bench;
  const Numbers numbers = makeNumbers(20'000);
  const Numbers table = makeNumbers(1024 + 7);
  return handPairs(numbers) == dstreamPairs(numbers) && handFlatMapValues(numbers, table) == dstreamFlatMapValues(numbers, table)
                 && handUnion(numbers, table) == dstreamUnion(numbers, table) && handPartitions(numbers) == dstreamPartitions(numbers)
                 && handCoalesce(numbers) == dstreamCoalesce(numbers) && handSample(numbers) == dstreamSample(numbers)
                 && handCartesian(table, table) == dstreamCartesian(table, table)
             ? 0
             : 1;
}
