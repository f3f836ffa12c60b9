// SPDX-License-Identifier: BSL-1.0
// How much a branch costs that nobody can foresee, and that where it can be foreseen nothing is lost.

#include <malloc.h>

#include <string>

#include "fusion_filter/contenders.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"

namespace {

void race(bench::Claims& claims, const bench::Numbers& numbers, int percent, double goal) {
  const std::int64_t bound = bench::range / 100 * percent;
  const std::string title = "int64: map | filter | map | collect of 1 000 000 random numbers, of which " + std::to_string(percent) + " % pass";
  bench::Contest<bench::Numbers> contest(title, 1e6, "number");
  contest.add("hand-written loop", [&] { return bench::handLoop(numbers, bound); });
  contest.add("without a branch", [&] { return bench::carefulLoop(numbers, bound); });
  contest.add("dstream", [&] { return bench::dstreamLoop(numbers, bound); });
  contest.addUnlessBroken(
      "std::views", [&] { return bench::stdViews(numbers, bound); }, bench::stdViewsCompile);
  contest.add("range-v3", [&] { return bench::rangeV3(numbers, bound); });
  contest.run();
  claims.add("map|filter|map|collect, " + std::to_string(percent) + " % pass: time / hand-written loop",
             contest.ratio("dstream", "hand-written loop"), bench::atMost(goal));
}

}  // namespace

int main() {
  // Where a vector of some megabytes comes from and goes to is not the question: glibc would map it anew for some and not for others.
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
  const bench::Numbers numbers = bench::makeNumbers(1'000'000);
  bench::Claims claims("fusion_filter");
  race(claims, numbers, 50, 0.5);
  race(claims, numbers, 10, 1.05);
  race(claims, numbers, 1, 1.05);
  race(claims, numbers, 99, 1.05);
  claims.write();
}
