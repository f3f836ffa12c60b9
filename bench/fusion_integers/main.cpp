// SPDX-License-Identifier: BSL-1.0
#include "fusion_integers/contenders.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"

int main() {
  const bench::Numbers numbers = bench::makeNumbers(100'000);
  bench::Contest<std::int64_t> contest("int64: map | filter | map | sum of 100 000 random numbers",
                                       1e5, "number");
  contest.add("hand-written loop", [&] { return bench::handLoop(numbers); });
  contest.add("dstream", [&] { return bench::dstreamLoop(numbers); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(numbers); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(numbers); });
  contest.run();

  bench::Claims claims("fusion_integers");
  claims.add("integers, map|filter|map|sum: time / hand-written loop",
             contest.ratio("dstream", "hand-written loop"), bench::atMost(1.05));
  claims.write();
}
