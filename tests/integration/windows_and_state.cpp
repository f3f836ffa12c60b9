// SPDX-License-Identifier: BSL-1.0
// Windows and states on real threads: several workers, a clock that runs, one window as long as the run.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Pair = std::pair<std::string, long>;
using Totals = std::map<std::string, long>;

TEST_CASE("windows and states on real threads equal the totals of all batches", "[integration]") {
  for (const std::string master : {"local[1]", "local[4]"}) {
    Context context(master, "windows and states", support::quiet());
    StreamingContext stream(context, 2ms);
    BatchQueue<Pair> queue;
    Totals sums;
    Totals maxima;
    Totals counts;
    support::Random random(23);
    for (int batch = 0; batch < 100; ++batch) {
      std::vector<std::vector<Pair>> partitions(4);
      for (int i = 0; i < 400; ++i) {
        const std::string key = "key " + std::to_string(random.below(200));
        const long value = random.between(-1000, 1000);
        partitions[random.below(4)].emplace_back(key, value);
        sums[key] += value;
        ++counts[key];
        maxima[key] = maxima.contains(key) ? std::max(maxima[key], value) : value;
      }
      queue.push(std::move(partitions));
    }
    queue.close();

    const auto pairs = stream.queueStream(queue);
    const auto last = [](Totals& into) {
      return foreachRDD([&into](const auto& batch) {
        into.clear();
        for (auto& [key, value] : batch.collect()) into.emplace(key, value);
      });
    };
    Totals windowSums;
    Totals windowMaxima;
    Totals groups;
    Totals updated;
    Totals snapshots;
    long shortWindows = 0;
    pairs | reduceByKeyAndWindow(plus, 1h) | last(windowSums);
    pairs | reduceByKeyAndWindow(max, 1h) | last(windowMaxima);
    pairs | groupByKeyAndWindow(1h) | mapValues([](const auto& values) { return static_cast<long>(values.size()); }) | last(groups);
    pairs | updateStateByKey([](const std::vector<long>& values, std::optional<long> state) {
      for (const long value : values) state = state.value_or(0) + value;
      return state;
    }) | last(updated);
    const auto carried = pairs | mapWithState(StateSpec::function<long>([](const std::string&, std::optional<long> value, State<long>& state) {
      state.update((state.exists() ? state.get() : 0) + value.value_or(0));
      return state.get();
    }));
    carried.stateSnapshots() | last(snapshots);
    pairs | window(6ms, 6ms) | count() | foreachRDD([&](const auto& batch) { shortWindows += batch.collect().at(0); });
    stream.start();
    stream.awaitTermination();

    CHECK(windowSums == sums);
    CHECK(windowMaxima == maxima);
    CHECK(groups == counts);
    CHECK(updated == sums);
    CHECK(snapshots == sums);
    CHECK(shortWindows <= 40'000);
    CHECK(shortWindows >= 40'000 - 2 * 400);  // the last window may not have come
  }
}

}  // namespace
