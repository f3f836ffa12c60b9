// SPDX-License-Identifier: BSL-1.0
#pragma once
// flatMap(0 to 7 numbers of a table) | filter(odd) | sum.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "support/random.hpp"

namespace bench {

struct Picks {
  std::vector<std::uint32_t> picks;
  std::vector<std::int64_t> table;  // 1024 + 7 numbers: the inner ranges are in the cache

  /// The inner range, the same for all contenders.
  [[nodiscard]] std::span<const std::int64_t> inner(std::uint32_t pick) const {
    return {table.data() + (pick >> 3) % 1024, pick % 8};
  }
};

[[gnu::noinline]] std::int64_t handLoop(const Picks& input);
[[gnu::noinline]] std::int64_t dstreamLoop(const Picks& input);
[[gnu::noinline]] std::int64_t stdViews(const Picks& input);
[[gnu::noinline]] std::int64_t rangeV3(const Picks& input);

inline Picks makePicks(std::size_t count) {
  Random random(3);
  Picks input{std::vector<std::uint32_t>(count), std::vector<std::int64_t>(1024 + 7)};
  for (auto& pick : input.picks) pick = static_cast<std::uint32_t>(random() >> 40);
  for (auto& number : input.table) number = static_cast<std::int64_t>(random() >> 32);
  return input;
}

}  // namespace bench
