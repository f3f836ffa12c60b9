// SPDX-License-Identifier: BSL-1.0
#include "fusion_stages/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const auto input = bench::makeNumbers(run.size(20'000, 100'000));
  run.add("sixteen stages", [&] { return bench::handStages(input, 77); }, [&] { return bench::dstreamStages(input, 77); });
  return run.end();
}
