// SPDX-License-Identifier: BSL-1.0
#include "fusion_pairs/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  using namespace bench;
  PairRun run(count, arguments);
  const Numbers numbers = makeNumbers(20'000);
  const Numbers table = makeNumbers(1024 + 7);
  run.add("keyBy, mapValues, values", [&] { return handPairs(numbers); }, [&] { return dstreamPairs(numbers); });
  run.add("flatMapValues", [&] { return handFlatMapValues(numbers, table); }, [&] { return dstreamFlatMapValues(numbers, table); });
  run.add("unionWith", [&] { return handUnion(numbers, table); }, [&] { return dstreamUnion(numbers, table); });
  run.add("mapPartitions<U>", [&] { return handPartitions(numbers); }, [&] { return dstreamPartitions(numbers); });
  run.add("coalesce", [&] { return handCoalesce(numbers); }, [&] { return dstreamCoalesce(numbers); });
  run.add("sample", [&] { return handSample(numbers); }, [&] { return dstreamSample(numbers); });
  run.add("cartesian", [&] { return handCartesian(table, table); }, [&] { return dstreamCartesian(table, table); });
  return run.end();
}
