// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_pairs/contenders.hpp"

namespace bench {

using namespace dstream;

constexpr auto even = [](std::int64_t x) { return x % 2 == 0; };

std::int64_t dstreamPairs(const Numbers& numbers) {
  return numbers | keyBy([](std::int64_t x) { return x % 16; }) | mapValues([](std::int64_t x) { return x * 3 + 1; })
         | filter([](const auto& pair) { return pair.first < 9; }) | values() | sum();
}

std::int64_t dstreamFlatMapValues(const Numbers& numbers, const Numbers& table) {
  return numbers | keyBy([](std::int64_t x) { return x % 8; }) | flatMapValues([&](std::int64_t x) { return inner(x, table); })
         | map([](const auto& pair) { return pair.first * pair.second; }) | sum();
}

std::int64_t dstreamUnion(const Numbers& numbers, const Numbers& others) {
  return numbers | unionWith(others) | filter(even) | map([](std::int64_t x) { return x >> 1; }) | sum();
}

std::int64_t dstreamPartitions(const Numbers& numbers) {
  return parallelize(numbers, 4) | mapPartitions<std::int64_t>([](const auto& partition, const auto& emit) {
           std::int64_t before = 0;
           partition.foreach([&](std::int64_t x) {
             const std::int64_t difference = x - before;
             before = x;
             emit(difference);
           });
         })
         | filter(even) | sum();
}

std::int64_t dstreamCoalesce(const Numbers& numbers) {
  return parallelize(numbers, 4) | map([](std::int64_t x) { return x * 3 + 1; }) | coalesce(2) | filter(even) | sum();
}

std::int64_t dstreamSample(const Numbers& numbers) { return numbers | sample(0.25, 7) | sum(); }

std::int64_t dstreamCartesian(const Numbers& numbers, const Numbers& others) {
  return numbers | cartesian(others) | map([](const auto& pair) { return pair.first ^ pair.second; }) | filter(even) | sum();
}

}  // namespace bench
