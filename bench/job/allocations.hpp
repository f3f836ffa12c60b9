// SPDX-License-Identifier: BSL-1.0
#pragma once
// How often this program has asked for memory.

#include <cstdint>

namespace bench {

/// Calls of operator new so far, by all threads.
std::uint64_t allocations();

}  // namespace bench
