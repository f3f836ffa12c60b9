// SPDX-License-Identifier: BSL-1.0
#pragma once
// Version, inline namespace and every macro of the library; none is meant for user code, none changes behaviour.

#define DSTREAM_VERSION_MAJOR 0
#define DSTREAM_VERSION_MINOR 1
#define DSTREAM_VERSION_PATCH 0

// The per-record call chain must become one loop whatever the inliner's budget says.
#define DSTREAM_INLINE [[gnu::always_inline]] inline

namespace dstream {
inline namespace v0 {}
}  // namespace dstream
