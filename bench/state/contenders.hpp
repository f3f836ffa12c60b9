// SPDX-License-Identifier: BSL-1.0
#pragma once
// A running sum for each of very many keys, of which each batch changes few.

#include <cstdint>
#include <utility>
#include <vector>

#include "support/race.hpp"

namespace bench {

using Record = std::pair<std::int64_t, std::int64_t>;
using Records = std::vector<Record>;

/// What a batch maps its records to: the sum of their keys' new sums.
Contender<Records> handSums();
Contender<Records> dstreamSums();
Contender<Records> dstreamSumsWithTimeout();

}  // namespace bench
