// SPDX-License-Identifier: BSL-1.0
#include <map>
#include <string>

#include <malloc.h>

#include "state/contenders.hpp"
#include "support/bench.hpp"
#include "support/random.hpp"

namespace {

using bench::Records;

constexpr std::size_t changed = 1000;

/// Bytes allocated and not freed.
double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

/// A bijection: neighbours get keys that no table keeps side by side.
std::int64_t keyOf(std::uint64_t number) {
  return static_cast<std::int64_t>(number * 0x9E3779B97F4A7C15U);
}

/// Every key once.
Records eachKey(std::uint64_t from, std::uint64_t to) {
  Records records;
  for (std::uint64_t key = from; key < to; ++key) records.emplace_back(keyOf(key), 1);
  return records;
}

std::vector<Records> makeBatches(std::size_t count, std::size_t keys) {
  bench::Random random(keys);
  std::vector<Records> batches(count, Records(changed));
  for (auto& batch : batches)
    for (auto& [key, value] : batch) {
      key = keyOf(random() % keys);
      value = static_cast<std::int64_t>(random() % 100);
    }
  return batches;
}

/// `make`, fed with all keys; says what they take.
bench::Contender<Records> filled(const char* name, const bench::Contender<Records>& contender,
                                 std::uint64_t keys, double& perKey) {
  const double before = allocated();
  constexpr std::uint64_t step = 10'000;
  for (std::uint64_t from = 0; from < keys; from += step) contender(eachKey(from, from + step));
  perKey = (allocated() - before) / static_cast<double>(keys);
  std::printf("  %-40s %10.1f bytes per key, %llu keys\n", name, perKey,
              static_cast<unsigned long long>(keys));
  return contender;
}

}  // namespace

int main() {
  const std::string hand = "unordered_map by hand";
  const std::string ours = "dstream mapWithState";
  const std::string timed = "dstream mapWithState, with a time-out";
  std::map<std::uint64_t, double> handTimes;
  std::map<std::uint64_t, double> ourTimes;
  double perKey = 0;
  for (const std::uint64_t keys : {10'000U, 1'000'000U, 10'000'000U}) {
    const auto batches = makeBatches(1000, keys);
    bench::Race<Records> race(std::to_string(changed) + " records a batch change the sums of "
                                  + std::to_string(keys) + " keys",
                              batches);
    double otherPerKey = 0;
    race.add(hand, filled(hand.c_str(), bench::handSums(), keys, otherPerKey), 200);
    if (!bench::quick() || keys < 10'000'000)
      race.add(timed, filled(timed.c_str(), bench::dstreamSumsWithTimeout(), keys, otherPerKey),
               200);
    race.add(ours, filled(ours.c_str(), bench::dstreamSums(), keys, perKey), 200);
    race.verify(50);
    race.run(bench::quick() ? 7 : 15);
    handTimes[keys] = race.median(hand);
    ourTimes[keys] = race.median(ours);
  }

  const auto growth = [](const auto& times) {
    return times.rbegin()->second / times.begin()->second;
  };
  std::printf("  a batch at 10,000,000 keys / at 10,000: %.2f, by hand %.2f (caches)\n",
              growth(ourTimes), growth(handTimes));
  bench::Claims claims("state");
  claims.add("mapWithState, 1,000 of 10,000,000 keys: time / hand-written",
             ourTimes.at(10'000'000) / handTimes.at(10'000'000), bench::atMost(2.0));
  claims.add("mapWithState, 10,000,000 / 10,000 keys: growth / by hand's",
             growth(ourTimes) / growth(handTimes), bench::atMost(1.0));
  claims.add("mapWithState, int64 to int64: bytes per key", perKey, bench::atMost(48));
  claims.write();
}
