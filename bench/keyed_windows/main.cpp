// SPDX-License-Identifier: BSL-1.0
#include <numeric>
#include <string>

#include <malloc.h>

#include "keyed_windows/contenders.hpp"
#include "support/bench.hpp"
#include "support/random.hpp"

namespace {

using bench::Records;

constexpr std::size_t keys = 100'000;
constexpr std::size_t slides = 60;

/// Bytes allocated and not freed.
double allocated() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

/// `touched` keys a batch, taken from all keys in an order that is shuffled each time it has been
/// gone through; a random value each.
std::vector<Records> makeBatches(std::size_t touched) {
  bench::Random random(touched);
  std::vector<std::int64_t> order(keys);
  std::iota(order.begin(), order.end(), 0);
  std::vector<Records> batches(slides + 7, Records(touched));
  std::size_t at = keys;
  for (auto& batch : batches)
    for (auto& [key, value] : batch) {
      if (at == keys) {
        for (std::size_t i = keys - 1; i > 0; --i) std::swap(order[i], order[random() % (i + 1)]);
        at = 0;
      }
      key = order[at++];
      value = static_cast<std::int64_t>(random() % 1'000'000);
    }
  return batches;
}

struct Outcome {
  double anew;  // 0 if not measured
  double hand;
  double handSums;
};

Outcome race(std::size_t touched) {
  const auto batches = makeBatches(touched);
  bench::Race<Records> race(std::to_string(keys) + " keys in " + std::to_string(slides)
                                + " slides, each batch brings " + std::to_string(touched),
                            batches);
  const std::size_t rounds = !bench::quick() ? 9 : touched == keys ? 1 : 3;
  const std::size_t anewBatches = touched == keys ? 2 : 20;
  race.add("largest: two stacks per key by hand", bench::handLargest(slides), slides);
  race.add("largest: dstream reduceByKeyAndWindow(f)", bench::dstreamLargest(slides), slides);
  const bool anew = touched != keys || !bench::quick();  // takes longest by far
  if (anew) {
    race.add("largest: kept batches anew by hand", bench::handLargestAnew(slides), anewBatches);
    race.add("largest: kept batches anew, dstream", bench::dstreamLargestAnew(slides), anewBatches);
  }
  race.verify(slides + 10);
  race.run(rounds);

  bench::Race<Records> sums("the same with plus", batches);
  sums.add("sum: subtract on evict by hand", bench::handSums(slides), slides);
  sums.add("sum: dstream reduceByKeyAndWindow(plus)", bench::dstreamSums(slides), slides);
  sums.verify(slides + 10);
  sums.run(rounds);
  return {
      anew ? race.ratio("largest: kept batches anew by hand", "largest: dstream reduceByKeyAndWindow(f)") : 0,
      race.ratio("largest: dstream reduceByKeyAndWindow(f)", "largest: two stacks per key by hand"),
      sums.ratio("sum: dstream reduceByKeyAndWindow(plus)", "sum: subtract on evict by hand")};
}

/// What a full window takes.
double bytes(const char* name, const bench::Contender<Records>& contender,
             const std::vector<Records>& batches) {
  const double before = allocated();
  for (const Records& batch : batches) contender(batch);
  const double taken = allocated() - before;
  std::printf("  %-40s %10.1f bytes per key and batch in the window\n", name,
              taken / static_cast<double>(keys * slides));
  return taken;
}

}  // namespace

int main() {
  {
    const auto batches = makeBatches(keys);
    bytes("two stacks per key by hand", bench::handLargest(slides), batches);
    bytes("dstream reduceByKeyAndWindow(f)", bench::dstreamLargest(slides), batches);
    bytes("subtract on evict by hand", bench::handSums(slides), batches);
    bytes("dstream reduceByKeyAndWindow(plus)", bench::dstreamSums(slides), batches);
  }
  const Outcome few = race(keys / slides);
  const Outcome all = race(keys);

  bench::Claims claims("keyed_windows");
  if (!bench::quick())
    claims.add("window of 100,000 keys, all come: speed / kept batches anew", all.anew,
               bench::atLeast(5));
  claims.add("window of 100,000 keys, 1 in 60 comes: speed / batches anew", few.anew,
             bench::atLeast(10));
  claims.add("window of 100,000 keys, max, all come: time / hand-written", all.hand,
             bench::atMost(1.0));
  claims.add("window of 100,000 keys, max, 1 in 60 comes: time / hand", few.hand,
             bench::atMost(1.0));
  claims.add("window of 100,000 keys, plus, all come: time / hand-written", all.handSums,
             bench::atMost(1.0));
  claims.write();
}
