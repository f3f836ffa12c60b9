// SPDX-License-Identifier: BSL-1.0
#include "fusion_sum/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const bench::Floats input = bench::makeFloats(20'000);
  run.add("floats, sum", [&] { return bench::handSum(input); }, [&] { return bench::dstreamSum(input); });
  return run.end();
}
