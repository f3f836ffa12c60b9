// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_integers/contenders.hpp"

namespace bench {

std::int64_t dstreamLoop(const Numbers& numbers) {
  using namespace dstream;
  return numbers | map([](std::int64_t x) { return x * 3 + 1; })
         | filter([](std::int64_t x) { return x % 2 == 0; })
         | map([](std::int64_t x) { return x >> 1; }) | sum();
}

}  // namespace bench
