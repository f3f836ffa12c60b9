// SPDX-License-Identifier: BSL-1.0
#include "fusion_stages/contenders.hpp"

namespace bench {

std::uint64_t handStages(const Numbers& numbers, std::uint64_t key) {
  std::uint64_t total = 0;
  for (std::uint64_t x : numbers) {
    x = stirred<0>(x, key);
    x = stirred<1>(x, key);
    if (!passes<2>(x)) continue;
    x = stirred<3>(x, key);
    x = stirred<4>(x, key);
    if (!passes<5>(x)) continue;
    x = stirred<6>(x, key);
    x = stirred<7>(x, key);
    if (!passes<8>(x)) continue;
    x = stirred<9>(x, key);
    x = stirred<10>(x, key);
    if (!passes<11>(x)) continue;
    x = stirred<12>(x, key);
    x = stirred<13>(x, key);
    if (!passes<14>(x)) continue;
    x = stirred<15>(x, key);
    total += x;
  }
  return total;
}

}  // namespace bench
