// SPDX-License-Identifier: BSL-1.0
#pragma once
// Fused operators over pairs, over two inputs and over whole partitions.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Numbers = std::vector<std::int64_t>;

/// keyBy(x % 16) | mapValues(x * 3 + 1) | filter(key < 9) | values | sum.
[[gnu::noinline]] std::int64_t handPairs(const Numbers& numbers);
[[gnu::noinline]] std::int64_t dstreamPairs(const Numbers& numbers);

/// keyBy(x % 8) | flatMapValues(x % 8 numbers of a table) | map(key * value) | sum.
[[gnu::noinline]] std::int64_t handFlatMapValues(const Numbers& numbers, const Numbers& table);
[[gnu::noinline]] std::int64_t dstreamFlatMapValues(const Numbers& numbers, const Numbers& table);

/// unionWith(others) | filter(even) | map(x >> 1) | sum.
[[gnu::noinline]] std::int64_t handUnion(const Numbers& numbers, const Numbers& others);
[[gnu::noinline]] std::int64_t dstreamUnion(const Numbers& numbers, const Numbers& others);

/// mapPartitions: the differences of neighbours in each of 4 partitions, | filter(even) | sum.
[[gnu::noinline]] std::int64_t handPartitions(const Numbers& numbers);
[[gnu::noinline]] std::int64_t dstreamPartitions(const Numbers& numbers);

/// map(x * 3 + 1) in 4 partitions | coalesce(2) | filter(even) | sum.
[[gnu::noinline]] std::int64_t handCoalesce(const Numbers& numbers);
[[gnu::noinline]] std::int64_t dstreamCoalesce(const Numbers& numbers);

/// sample(1 / 4) | sum.
[[gnu::noinline]] std::int64_t handSample(const Numbers& numbers);
[[gnu::noinline]] std::int64_t dstreamSample(const Numbers& numbers);

/// cartesian(others) | map(x ^ y) | filter(even) | sum.
[[gnu::noinline]] std::int64_t handCartesian(const Numbers& numbers, const Numbers& others);
[[gnu::noinline]] std::int64_t dstreamCartesian(const Numbers& numbers, const Numbers& others);

/// Elements of the table, which is in the cache.
inline std::span<const std::int64_t> inner(std::int64_t number, const Numbers& table) {
  const auto pick = static_cast<std::uint64_t>(number);
  return {table.data() + (pick >> 3) % 1024, pick % 8};
}

inline Numbers makeNumbers(std::size_t count) {
  Random random(4);
  Numbers numbers(count);
  for (auto& number : numbers) number = static_cast<std::int64_t>(random() >> 20);
  return numbers;
}

}  // namespace bench
