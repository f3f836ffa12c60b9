// SPDX-License-Identifier: BSL-1.0
#include "fusion_integers/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const auto input = bench::makeNumbers(run.size(20'000, 100'000));
  run.add("integers", [&] { return bench::handLoop(input); }, [&] { return bench::dstreamLoop(input); });
  return run.end();
}
