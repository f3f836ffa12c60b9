// SPDX-License-Identifier: BSL-1.0
#include "fusion_flatmap/contenders.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"

int main() {
  const bench::Picks input = bench::makePicks(300'000);
  bench::Contest<std::int64_t> contest(
      "int64: flatMap to 0-7 numbers | filter | sum, 300 000 times", 3e5 * 3.5, "inner number");
  contest.add("hand-written loop", [&] { return bench::handLoop(input); });
  contest.add("dstream", [&] { return bench::dstreamLoop(input); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(input); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(input); });
  contest.run();

  bench::Claims claims("fusion_flatmap");
  claims.add("flatMap|filter|sum: time / hand-written loop",
             contest.ratio("dstream", "hand-written loop"), bench::atMost(1.05));
  claims.write();
}
