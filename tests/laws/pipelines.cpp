// SPDX-License-Identifier: BSL-1.0
// Random pipelines over random records: fused equals the plain loop, whatever the partitions,
// slices and order of tasks.
#include <dstream/core.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <range/v3/view/iota.hpp>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/pushers.hpp"
#include "support/random.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using support::Random;

constexpr int deepest = 3;

std::vector<std::pair<int, std::int64_t>> naiveByKey(const std::vector<int>& records) {
  std::map<int, std::int64_t> table;
  for (const int x : records) table[((x % 11) + 11) % 11] += x;
  return {table.begin(), table.end()};
}

/// Wide ones behind short pipelines only: their code does not depend on what is before them, its
/// compile time does.
template <bool wide, class R>
void check(R rdd, const std::vector<int>& expected, std::size_t some) {
  CHECK((rdd | collect()) == expected);
  CHECK((rdd | sum()) == std::accumulate(expected.begin(), expected.end(), std::int64_t{0}));
  const auto most = static_cast<std::ptrdiff_t>(std::min(some, expected.size()));
  CHECK((rdd | take(some)) == std::vector<int>(expected.begin(), expected.begin() + most));
  if constexpr (wide) {
    CHECK((rdd | count() | value()) == static_cast<std::int64_t>(expected.size()));
    auto byKey = rdd | map([](int x) { return std::pair{((x % 11) + 11) % 11, std::int64_t{x}}; })
                 | reduceByKey(plus, some) | collect();
    std::sort(byKey.begin(), byKey.end());
    CHECK(byKey == naiveByKey(expected));
  }
}

/// Adds random operators to two pipelines alike, and does the same with a plain loop.
template <int depth, class Plain, class Sliced>
void grow(Random& random, int length, Plain plain, Sliced sliced, std::vector<int> expected) {
  if (length == 0) {
    const std::size_t some = random.below(9);
    check<false>(plain, expected, some);
    check<depth <= 1>(sliced, expected, some);
    return;
  }
  if constexpr (depth < deepest) {
    const int a = random.between(-3, 3);
    const int b = random.between(1, 5);
    std::vector<int> next;
    const auto with = [&](const auto& op) {
      grow<depth + 1>(random, length - 1, plain | op, sliced | op, std::move(next));
    };
    switch (random.below(3)) {
      case 0:
        for (const int x : expected) next.push_back((a * x + b) % 1000);
        return with(map([a, b](int x) { return (a * x + b) % 1000; }));
      case 1:
        for (const int x : expected)
          if (x % b != 0) next.push_back(x);
        return with(filter([b](int x) { return x % b != 0; }));
      default:
        for (const int x : expected)
          for (int i = 0; i < (x & 3); ++i) next.push_back(i);
        return with(flatMap([](int x) { return support::UpTo{x & 3}; }));
    }
  }
}

TEST_CASE("laws: any pipeline equals the plain loop") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::vector<int> records(random.below(80));
    for (int& record : records) record = random.between(-500, 500);
    const std::size_t partitions = std::vector<std::size_t>{1, 2, 7, 100}[random.below(4)];
    support::SlicingRunner runner(seed, 1 + random.below(64), 1 + random.below(4));
    CAPTURE(records.size(), partitions);
    grow<0>(random, random.between(0, deepest), parallelize(records, partitions),
            parallelize(records, partitions) | on(runner), records);
  }
}

TEST_CASE("laws: any number of partitions, slots and any seed give the same") {
  const auto records = ranges::views::iota(0, 500);
  const auto pipeline = flatMap([](int x) { return ranges::views::iota(0, x % 5); })
                        | filter([](int x) { return x != 2; })
                        | map([](int x) { return 3 * x + 1; });
  const std::vector<int> expected = records | pipeline | collect();
  for (const std::size_t partitions : {1U, 2U, 7U})
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      CAPTURE(seed, partitions);
      support::SlicingRunner slicing(seed, 8 * seed, seed);
      CHECK((parallelize(records, partitions) | on(slicing) | pipeline | collect()) == expected);
      support::InterleavingRunner interleaving(seed, 40 * seed, 1 + seed % 4);
      const auto yielding = map([&interleaving](int x) {
        interleaving.yield();
        return x;
      });
      CHECK((parallelize(records, partitions) | on(interleaving) | yielding | pipeline | collect())
            == expected);
      CHECK((parallelize(records, partitions) | on(interleaving) | yielding | pipeline | sum())
            == std::accumulate(expected.begin(), expected.end(), 0));
      CHECK((parallelize(records, partitions) | on(interleaving) | yielding | pipeline | reduce(max)
             | value())
            == 10);
    }
}

}  // namespace
