// SPDX-License-Identifier: BSL-1.0
#include <algorithm>

#include <dstream/core.hpp>

#include "fusion_structs/contenders.hpp"

namespace bench {

namespace {

constexpr auto add = [](Spread spread, std::int32_t reading) {
  spread.sum += reading;
  spread.least = std::min(spread.least, reading);
  spread.most = std::max(spread.most, reading);
  ++spread.count;
  return spread;
};
constexpr auto join = [](const Spread& left, const Spread& right) {
  return Spread{left.sum + right.sum, std::min(left.least, right.least),
                std::max(left.most, right.most), left.count + right.count};
};

constexpr auto one = [](std::int32_t reading) { return Mean{static_cast<double>(reading), 1}; };
constexpr auto both = [](Mean left, Mean right) {
  return Mean{left.sum + right.sum, left.count + right.count};
};

}  // namespace

Spread dstreamSpread(const Readings& readings) {
  return readings | dstream::aggregate(Spread{}, add, join);
}

Mean dstreamMean(const Readings& readings) {
  return readings | dstream::map(one) | dstream::reduce(both) | dstream::value();
}

}  // namespace bench
