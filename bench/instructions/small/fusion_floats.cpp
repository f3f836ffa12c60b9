// SPDX-License-Identifier: BSL-1.0
#include "fusion_floats/contenders.hpp"
#include "instructions/small/pair.hpp"

int main(int count, char** arguments) {
  bench::PairRun run(count, arguments);
  const bench::Floats input = bench::makeFloats(20'000);
  bench::Floats results(input.size());
  bench::handLoop(input, results);
  const bench::Floats expected = results;
  bench::dstreamLoop(input, results);
  run.check(results == expected);
  // Into the same memory: where it lies beside the input makes a difference of its own.
  run.race("floats", [&] { bench::handLoop(input, results); }, [&] { bench::dstreamLoop(input, results); });
  return run.end();
}
