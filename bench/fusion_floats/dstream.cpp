// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_floats/contenders.hpp"

namespace bench {

void dstreamLoop(const Floats& numbers, Floats& results) {
  using namespace dstream;
  static_cast<void>(numbers | map([](float x) { return x * 1.5F + 2.0F; })
                    | map([](float x) { return x * x; }) | map([](float x) { return x - 0.25F; })
                    | collectInto(results));
}

}  // namespace bench
