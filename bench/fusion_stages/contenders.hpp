// SPDX-License-Identifier: BSL-1.0
#pragma once
// Sixteen stages: eleven maps of about ten instructions with a captured number, five filters;
// int64.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/random.hpp"

namespace bench {

using Numbers = std::vector<std::uint64_t>;

[[gnu::noinline]] std::uint64_t handStages(const Numbers& numbers, std::uint64_t key);
[[gnu::noinline]] std::uint64_t dstreamStages(const Numbers& numbers, std::uint64_t key);
[[gnu::noinline]] std::uint64_t stdViews(const Numbers& numbers, std::uint64_t key);
[[gnu::noinline]] std::uint64_t rangeV3(const Numbers& numbers, std::uint64_t key);

/// What a map does: the i-th with a rotation of its own.
template <unsigned i>
constexpr std::uint64_t stirred(std::uint64_t x, std::uint64_t key) {
  x ^= key >> (i % 7);
  x *= 0x9e3779b97f4a7c15U + 2 * i;
  x ^= x >> (17 + i);
  return (x << (i + 3) | x >> (61 - i)) + key;
}
/// What a filter asks: three of four pass.
template <unsigned i>
constexpr bool passes(std::uint64_t x) {
  return (x >> (3 * i) & 3) != 0;
}

inline Numbers makeNumbers(std::size_t count) {
  Random random(5);
  Numbers numbers(count);
  for (auto& number : numbers) number = random();
  return numbers;
}

}  // namespace bench
