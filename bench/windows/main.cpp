// SPDX-License-Identifier: BSL-1.0
#include <bit>
#include <map>
#include <string>

#include "support/bench.hpp"
#include "support/random.hpp"
#include "windows/contenders.hpp"

namespace {

constexpr std::size_t perBatch = 100;

std::vector<bench::Numbers> makeBatches(std::size_t count) {
  bench::Random random(1);
  std::vector<bench::Numbers> batches(count, bench::Numbers(perBatch));
  for (auto& batch : batches)
    for (auto& number : batch) number = static_cast<std::int64_t>(random() >> 16);
  return batches;
}

std::vector<bench::Sketches> makeSketches(std::size_t count) {
  bench::Random random(2);
  std::vector<bench::Sketches> batches(count, bench::Sketches(1));
  for (auto& batch : batches)
    for (auto& reg : batch.front()) reg = static_cast<std::uint8_t>(std::countl_zero(random()));
  return batches;
}

}  // namespace

int main() {
  const auto batches = makeBatches(4000);
  const std::string ours = "dstream reduceByWindow(f)";
  const std::string stacks = "two stacks by hand";
  const std::string anew = "window anew: kept batches' values";
  const std::string records = "window anew: all its records";
  std::map<std::size_t, bench::Race<bench::Numbers>> races;
  for (const std::size_t slides : {10U, 100U, 1000U}) {
    bench::Race<bench::Numbers>& race =
        races
            .try_emplace(slides,
                         "largest number of the last " + std::to_string(slides) + " batches of "
                             + std::to_string(perBatch) + " numbers",
                         batches)
            .first->second;
    race.add(stacks, bench::handStacks(slides), 2000);
    race.add(ours, bench::dstreamWindow(slides), 2000);
    race.add(anew, bench::handAnew(slides), 200);
    race.add(records, bench::handAnewFromRecords(slides), 100);
    race.add("dstream window | reduce(f)", bench::dstreamAnew(slides), 50);
    race.verify(slides + 100);
    race.run(bench::quick() ? 5 : 15);
  }

  const auto sketchBatches = makeSketches(2000);
  bench::Race<bench::Sketches> sketches(
      "union of the last 1000 batches' sketches of 2 KB, one a batch", sketchBatches);
  sketches.add(anew, bench::handSketchesAnew(1000), 20);
  sketches.add(ours, bench::dstreamSketches(1000), 1000);
  sketches.verify(1100);
  sketches.run(bench::quick() ? 5 : 15);

  bench::Claims claims("windows");
  const bench::Race<bench::Numbers>& longest = races.at(1000);
  claims.add("reduceByWindow(max): a batch at 1,000 slides / at 10",
             longest.median(ours) / races.at(10).median(ours), bench::atMost(1.25));
  claims.add("reduceByWindow(max), 1,000 slides: speed / its records anew",
             longest.ratio(records, ours), bench::atLeast(50));
  claims.add("reduceByWindow(sketches), 1,000 slides: speed / values anew",
             sketches.ratio(anew, ours), bench::atLeast(20));
  claims.write();
}
