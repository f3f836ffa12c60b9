// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_flatmap/contenders.hpp"

namespace bench {

std::int64_t dstreamLoop(const Picks& input) {
  using namespace dstream;
  return input.picks | flatMap([&input](std::uint32_t pick) { return input.inner(pick); })
         | filter([](std::int64_t number) { return number % 2 != 0; }) | sum();
}

}  // namespace bench
