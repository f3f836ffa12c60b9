// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_stages/contenders.hpp"

namespace bench {

std::uint64_t dstreamStages(const Numbers& numbers, std::uint64_t key) {
  using namespace dstream;
  return numbers | map([key](std::uint64_t x) { return stirred<0>(x, key); })
         | map([key](std::uint64_t x) { return stirred<1>(x, key); })
         | filter([](std::uint64_t x) { return passes<2>(x); })
         | map([key](std::uint64_t x) { return stirred<3>(x, key); })
         | map([key](std::uint64_t x) { return stirred<4>(x, key); })
         | filter([](std::uint64_t x) { return passes<5>(x); })
         | map([key](std::uint64_t x) { return stirred<6>(x, key); })
         | map([key](std::uint64_t x) { return stirred<7>(x, key); })
         | filter([](std::uint64_t x) { return passes<8>(x); })
         | map([key](std::uint64_t x) { return stirred<9>(x, key); })
         | map([key](std::uint64_t x) { return stirred<10>(x, key); })
         | filter([](std::uint64_t x) { return passes<11>(x); })
         | map([key](std::uint64_t x) { return stirred<12>(x, key); })
         | map([key](std::uint64_t x) { return stirred<13>(x, key); })
         | filter([](std::uint64_t x) { return passes<14>(x); })
         | map([key](std::uint64_t x) { return stirred<15>(x, key); }) | sum();
}

}  // namespace bench
