// SPDX-License-Identifier: BSL-1.0
#include "fusion_flatmap/contenders.hpp"

int main() {
  const auto input = bench::makePicks(20'000);
  return bench::handLoop(input) == bench::dstreamLoop(input) ? 0 : 1;
}
