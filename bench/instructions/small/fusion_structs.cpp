// SPDX-License-Identifier: BSL-1.0
#include "fusion_structs/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const auto input = bench::makeReadings(20'000);
  run.add("structures, aggregate", [&] { return bench::handSpread(input); }, [&] { return bench::dstreamSpread(input); });
  run.add("structures, reduce", [&] { return bench::handMean(input); }, [&] { return bench::dstreamMean(input); });
  return run.end();
}
