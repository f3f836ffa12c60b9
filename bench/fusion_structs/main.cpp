// SPDX-License-Identifier: BSL-1.0
#include "fusion_structs/contenders.hpp"
#include "support/bench.hpp"

int main() {
  const bench::Readings readings = bench::makeReadings(100'000);
  const auto count = static_cast<double>(readings.size());

  bench::Contest<bench::Spread> spread("sum, least, most and count of 100 000 numbers", count, "number");
  spread.add("hand-written loop", [&] { return bench::handSpread(readings); });
  spread.add("dstream, aggregate", [&] { return bench::dstreamSpread(readings); });
  spread.run();

  bench::Contest<bench::Mean> mean("sum and count of 100 000 numbers", count, "number");
  mean.add("hand-written loop", [&] { return bench::handMean(readings); });
  mean.add("dstream, map | reduce", [&] { return bench::dstreamMean(readings); });
  mean.run();

  bench::Claims claims("fusion_structs");
  claims.add("structures, aggregate: time / hand-written loop",
             spread.ratio("dstream, aggregate", "hand-written loop"), bench::atMost(1.05));
  claims.add("structures, map|reduce: time / hand-written loop",
             mean.ratio("dstream, map | reduce", "hand-written loop"), bench::atMost(1.05));
  claims.write();
}
