// SPDX-License-Identifier: BSL-1.0
// The operator new that counts, for allocations.cpp; apart, because inlined into a test it confuses warnings.
#include "support/counting_new.hpp"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define COUNTS_NOTHING  // Clang's runtime defines the operators strongly: here a test sees no allocation
#endif
#endif

#ifdef COUNTS_NOTHING
thread_local std::size_t support::allocationCount = 0;
#else
#include "support/counting_new_definitions.hpp"
#endif
