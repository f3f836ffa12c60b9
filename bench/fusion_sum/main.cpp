// SPDX-License-Identifier: BSL-1.0
#include <cmath>

#include "fusion_sum/contenders.hpp"
#include "support/bench.hpp"

int main() {
  const bench::Floats numbers = bench::makeFloats(100'000);
  // A float sum of so many is right to some four digits; in any order it must be no worse, and as
  // close to the exact one.
  double exact = 0;
  for (const float number : numbers)
    exact += std::pow(static_cast<double>(number) * 1.5 + 2, 2) - 0.25;
  const auto error = [&](float sum) { return std::abs(static_cast<double>(sum) - exact) / exact; };
  const float loop = bench::handSum(numbers);
  const float anyOrder = bench::dstreamSumInAnyOrder(numbers);
  std::printf("relative errors: the loop's %.1e, in any order %.1e\n", error(loop),
              error(anyOrder));
  if (error(loop) > 1e-3 || error(anyOrder) > 1e-5) bench::fail("floats: a wrong sum");

  bench::Contest<float> contest("float: map | map | map | sum of 100 000 numbers, in order", 1e5,
                                "number");
  contest.add("hand-written loop", [&] { return bench::handSum(numbers); });
  contest.add("dstream, sum()", [&] { return bench::dstreamSum(numbers); });
  contest.run();
  bench::Contest<bool> free("float: map | map | map | sum of 100 000 numbers, in any order", 1e5,
                            "number");
  const auto near = [=](float sum) { return std::abs(sum - loop) < loop * 1e-3F; };
  free.add("hand-written loop, in order", [&] { return near(bench::handSum(numbers)); });
  free.add("dstream, sum(inAnyOrder)", [&] { return near(bench::dstreamSumInAnyOrder(numbers)); });
  free.run();

  bench::Claims claims("fusion_sum");
  claims.add("floats, map|map|map|sum: time / hand-written loop",
             contest.ratio("dstream, sum()", "hand-written loop"), bench::atMost(1.05));
  claims.add("floats, map|map|map|sum(inAnyOrder): time / the loop in order",
             free.ratio("dstream, sum(inAnyOrder)", "hand-written loop, in order"),
             bench::atMost(0.15));
  claims.write();
}
