// SPDX-License-Identifier: BSL-1.0
#pragma once
// Numbers into a structure: sum, least, most and count by aggregate, a mean by reduce.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Readings = std::vector<std::int32_t>;

/// With a gap behind its last member.
struct Spread {
  std::int64_t sum = 0;
  std::int32_t least = INT32_MAX;
  std::int32_t most = INT32_MIN;
  std::uint32_t count = 0;

  friend bool operator==(const Spread&, const Spread&) = default;
};

/// More than two registers, once it says whether there is one.
struct Mean {
  double sum = 0;
  std::int64_t count = 0;

  friend bool operator==(const Mean&, const Mean&) = default;
};

[[gnu::noinline]] Spread handSpread(const Readings& readings);
[[gnu::noinline]] Spread dstreamSpread(const Readings& readings);
[[gnu::noinline]] Mean handMean(const Readings& readings);
[[gnu::noinline]] Mean dstreamMean(const Readings& readings);

inline Readings makeReadings(std::size_t count) {
  Random random(3);
  Readings readings(count);
  for (auto& reading : readings) reading = static_cast<std::int32_t>(random() >> 40);
  return readings;
}

}  // namespace bench
