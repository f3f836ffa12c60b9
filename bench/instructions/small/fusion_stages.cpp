// SPDX-License-Identifier: BSL-1.0
#include "fusion_stages/contenders.hpp"

int main() {
  const auto input = bench::makeNumbers(20'000);
  return bench::handStages(input, 77) == bench::dstreamStages(input, 77) ? 0 : 1;
}
