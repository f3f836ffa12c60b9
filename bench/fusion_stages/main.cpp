// SPDX-License-Identifier: BSL-1.0
#include "fusion_stages/contenders.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"

int main() {
  const bench::Numbers numbers = bench::makeNumbers(20'000);
  constexpr std::uint64_t key = 0x0123456789abcdef;
  bench::Contest<std::uint64_t> contest(
      "int64: eleven maps and five filters, then sum, of 20 000 random numbers", 2e4, "number");
  contest.add("hand-written loop", [&] { return bench::handStages(numbers, key); });
  contest.add("dstream", [&] { return bench::dstreamStages(numbers, key); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(numbers, key); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(numbers, key); });
  contest.run();

  bench::Claims claims("fusion_stages");
  claims.add("sixteen stages: time / hand-written loop",
             contest.ratio("dstream", "hand-written loop"), bench::atMost(1.05));
  claims.write();
}
