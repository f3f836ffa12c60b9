// SPDX-License-Identifier: BSL-1.0
#include "fusion_floats/contenders.hpp"

int main() {
  const bench::Floats input = bench::makeFloats(20'000);
  bench::Floats expected(input.size());
  bench::Floats results(input.size());
  bench::handLoop(input, expected);
  bench::dstreamLoop(input, results);
  return expected == results ? 0 : 1;
}
