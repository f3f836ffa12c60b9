// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <string>

#include "support/bench.hpp"
#include "window_structures/contenders.hpp"

int main() {
  bench::Random random(3);
  bench::Numbers numbers(100'003);
  for (auto& number : numbers) number = static_cast<std::int64_t>(random() >> 40);
  constexpr std::size_t steps = 500'000;

  const std::string ours = "dstream, two stacks in an array";
  const std::string stacks = "two stacks in a deque";
  const std::string bare = "two stacks in an array of known length";
  const std::string subtract = "subtract on evict, a deque";
  double forMax = 0;
  double forSum = 0;
  for (const std::size_t length : {1'000U, 100'000U}) {
    const std::string window =
        " of a full window of " + std::to_string(length) + " numbers: evict, insert, query";
    bench::Contest<std::int64_t> max("largest" + window, static_cast<double>(steps), "step");
    max.add(stacks, [&] { return bench::handDequeMax(numbers, length, steps); });
    max.add(ours, [&] { return bench::dstreamStacksMax(numbers, length, steps); });
    max.add(bare, [&] { return bench::handArrayMax(numbers, length, steps); });
    max.run();
    forMax = std::max(forMax, max.ratio(ours, stacks));

    bench::Contest<std::int64_t> sum("sum" + window, static_cast<double>(steps), "step");
    sum.add(subtract, [&] { return bench::handSubtractOnEvict(numbers, length, steps); });
    sum.add(stacks, [&] { return bench::handDequeSum(numbers, length, steps); });
    sum.add(ours, [&] { return bench::dstreamStacksSum(numbers, length, steps); });
    sum.add(bare, [&] { return bench::handArraySum(numbers, length, steps); });
    sum.run();
    forSum = std::max(forSum, sum.ratio(ours, subtract));
  }

  bench::Claims claims("window_structures");
  claims.add("window of 1e3 and 1e5, max: time / two stacks in a deque", forMax,
             bench::atMost(0.6));
  claims.add("the same, sum, no inverse: time / subtract on evict", forSum, bench::atMost(1.05));
  claims.write();
}
