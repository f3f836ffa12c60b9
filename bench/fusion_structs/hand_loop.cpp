// SPDX-License-Identifier: BSL-1.0
#include "fusion_structs/contenders.hpp"

namespace bench {

Spread handSpread(const Readings& readings) {
  Spread spread;
  for (const std::int32_t reading : readings) {
    spread.sum += reading;
    if (reading < spread.least) spread.least = reading;
    if (reading > spread.most) spread.most = reading;
    ++spread.count;
  }
  return spread;
}

Mean handMean(const Readings& readings) {
  Mean mean;
  for (const std::int32_t reading : readings) {
    mean.sum += reading;
    ++mean.count;
  }
  return mean;
}

}  // namespace bench
