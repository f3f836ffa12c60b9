// SPDX-License-Identifier: BSL-1.0
#pragma once
// Whether this compiler can compile this standard library's views: Clang below 16 cannot compile
// libstdc++ 12's.

#include <version>

#if defined(__cpp_lib_ranges) && __cpp_concepts >= 202002L
#define BENCH_STD_VIEWS 1
#else
#define BENCH_STD_VIEWS 0
#endif

namespace bench {
inline constexpr bool stdViewsCompile = BENCH_STD_VIEWS != 0;
}
