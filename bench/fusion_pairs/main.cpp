// SPDX-License-Identifier: BSL-1.0
#include "fusion_pairs/contenders.hpp"
#include "support/bench.hpp"

int main() {
  using namespace bench;
  const Numbers numbers = makeNumbers(1'000'000);
  const Numbers table = makeNumbers(1024 + 7);
  Claims claims("fusion_pairs");
  const auto contest = [&](const char* what, auto hand, auto ours) {
    Contest<std::int64_t> contenders(what, 1e6, "number");
    contenders.add("hand-written loop", hand);
    contenders.add("dstream", ours);
    contenders.run();
    claims.add(std::string(what) + ": time / hand-written loop", contenders.ratio("dstream", "hand-written loop"), atMost(1.05));
  };
  contest("keyBy|mapValues|filter|values|sum", [&] { return handPairs(numbers); }, [&] { return dstreamPairs(numbers); });
  contest("keyBy|flatMapValues|map|sum", [&] { return handFlatMapValues(numbers, table); }, [&] { return dstreamFlatMapValues(numbers, table); });
  contest("unionWith|filter|map|sum", [&] { return handUnion(numbers, table); }, [&] { return dstreamUnion(numbers, table); });
  contest("mapPartitions|filter|sum", [&] { return handPartitions(numbers); }, [&] { return dstreamPartitions(numbers); });
  contest("map|coalesce|filter|sum", [&] { return handCoalesce(numbers); }, [&] { return dstreamCoalesce(numbers); });
  contest("sample|sum", [&] { return handSample(numbers); }, [&] { return dstreamSample(numbers); });
  contest("cartesian|map|filter|sum", [&] { return handCartesian(table, table); }, [&] { return dstreamCartesian(table, table); });
  claims.write();
}
