// SPDX-License-Identifier: BSL-1.0
#pragma once
// Counts the allocations of this thread. One file of the executable includes
// counting_new_definitions.hpp.

#include <cstddef>

namespace support {

/// Allocations by this thread so far.
extern thread_local std::size_t allocationCount;

/// How often `work` allocates on this thread.
template <class Work>
std::size_t allocationsOf(Work&& work) {
  const std::size_t before = allocationCount;
  work();
  return allocationCount - before;
}

}  // namespace support
