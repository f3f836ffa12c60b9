// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_sum/contenders.hpp"

namespace bench {

namespace {
constexpr auto scaled = [](float x) { return x * 1.5F + 2.0F; };
constexpr auto squared = [](float x) { return x * x; };
constexpr auto shifted = [](float x) { return x - 0.25F; };
}  // namespace

float dstreamSum(const Floats& numbers) {
  using namespace dstream;
  return numbers | map(scaled) | map(squared) | map(shifted) | sum();
}

float dstreamSumInAnyOrder(const Floats& numbers) {
  using namespace dstream;
  return numbers | map(scaled) | map(squared) | map(shifted) | sum(inAnyOrder);
}

}  // namespace bench
