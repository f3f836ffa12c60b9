// SPDX-License-Identifier: BSL-1.0
#include "fusion_flatmap/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const auto input = bench::makePicks(run.size(20'000, 300'000));
  run.add("flatMap", [&] { return bench::handLoop(input); }, [&] { return bench::dstreamLoop(input); });
  return run.end();
}
