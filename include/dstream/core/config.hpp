// SPDX-License-Identifier: BSL-1.0
#pragma once
// Version, inline namespace and every macro of the library; none is meant for user code, none changes behaviour.

#if __cplusplus < 202002L
#error "dstream needs C++20: compile with -std=c++20 or a later standard"
#endif
#ifndef __cpp_exceptions
#error "dstream reports errors by exceptions: compile without -fno-exceptions"
#endif

#define DSTREAM_VERSION_MAJOR 0
#define DSTREAM_VERSION_MINOR 1
#define DSTREAM_VERSION_PATCH 0

// The per-record call chain must become one loop whatever the inliner's budget says.
#define DSTREAM_INLINE [[gnu::always_inline]] inline

namespace dstream {
inline namespace v0 {}
}  // namespace dstream
