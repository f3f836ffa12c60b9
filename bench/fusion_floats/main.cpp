// SPDX-License-Identifier: BSL-1.0
#include "fusion_floats/contenders.hpp"
#include "support/bench.hpp"
#include "support/std_views.hpp"

namespace {

/// A timed call; what it returns keeps the contender from being skipped.
auto into(bench::Floats& results, void (*contender)(const bench::Floats&, bench::Floats&),
          const bench::Floats& numbers) {
  return [&results, contender, &numbers] {
    contender(numbers, results);
    benchmark::ClobberMemory();
    return results.front() + results.back() + results[results.size() / 3];
  };
}

/// Every result, not only the three that the timed call looks at.
void verify(const char* name, void (*contender)(const bench::Floats&, bench::Floats&),
            const bench::Floats& numbers) {
  bench::Floats expected(numbers.size());
  bench::Floats results(numbers.size());
  bench::handLoop(numbers, expected);
  contender(numbers, results);
  if (results != expected)
    bench::fail(std::string("floats: ") + name + " gives other results than the hand-written loop");
}

}  // namespace

int main() {
  const bench::Floats numbers = bench::makeFloats(100'000);
  bench::Floats results(numbers.size());
  verify("dstream", bench::dstreamLoop, numbers);
  if (bench::stdViewsCompile) verify("std::views", bench::stdViews, numbers);
  verify("range-v3", bench::rangeV3, numbers);

  bench::Contest<float> contest("float: map | map | map of 100 000 numbers into an array", 1e5,
                                "number");
  contest.add("hand-written loop", into(results, bench::handLoop, numbers));
  contest.add("dstream", into(results, bench::dstreamLoop, numbers));
  contest.addUnlessBroken("std::views", into(results, bench::stdViews, numbers),
                          bench::stdViewsCompile);
  contest.add("range-v3", into(results, bench::rangeV3, numbers));
  contest.run();

  bench::Claims claims("fusion_floats");
  claims.add("floats, map|map|map into an array: time / hand-written loop",
             contest.ratio("dstream", "hand-written loop"), bench::atMost(1.05));
  claims.write();
}
