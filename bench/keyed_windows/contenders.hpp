// SPDX-License-Identifier: BSL-1.0
#pragma once
// For each key of the last `slides` batches its largest value or its sum, after each batch.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "support/race.hpp"

namespace bench {

using Record = std::pair<std::int64_t, std::int64_t>;
using Records = std::vector<Record>;

/// The library knows nothing of its algebra.
inline constexpr auto larger = [](std::int64_t a, std::int64_t b) { return a < b ? b : a; };

/// Of results in any order: what each pair adds.
inline std::uint64_t digestOf(std::int64_t key, std::int64_t value) {
  return static_cast<std::uint64_t>(key) * 0x9E3779B97F4A7C15U ^ static_cast<std::uint64_t>(value);
}

Contender<Records> handLargest(std::size_t slides);
Contender<Records> handSums(std::size_t slides);
Contender<Records> handLargestAnew(std::size_t slides);
Contender<Records> dstreamLargest(std::size_t slides);
Contender<Records> dstreamSums(std::size_t slides);
Contender<Records> dstreamLargestAnew(std::size_t slides);

}  // namespace bench
