// SPDX-License-Identifier: BSL-1.0
#include "fusion_sum/contenders.hpp"

int main() {
  const bench::Floats input = bench::makeFloats(20'000);
  return bench::handSum(input) == bench::dstreamSum(input) && bench::dstreamSumInAnyOrder(input) > 0 ? 0 : 1;
}
