// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_filter/contenders.hpp"

namespace bench {

Numbers dstreamLoop(const Numbers& numbers, std::int64_t bound) {
  using namespace dstream;
  return numbers | map([](std::int64_t x) { return x * 3 + 1; })
         | filter([bound](std::int64_t x) { return x < bound; })
         | map([](std::int64_t x) { return x >> 1; }) | collect();
}

}  // namespace bench
