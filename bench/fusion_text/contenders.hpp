// SPDX-License-Identifier: BSL-1.0
#pragma once
// lines | words | filter(longer than 3) | sum of their bytes.

#include <cstdint>
#include <string_view>

namespace bench {

[[gnu::noinline]] std::int64_t handMemchr(std::string_view text);
[[gnu::noinline]] std::int64_t handBytes(std::string_view text);
[[gnu::noinline]] std::int64_t dstreamSplit(std::string_view text);
[[gnu::noinline]] std::int64_t dstreamWords(std::string_view text);
[[gnu::noinline]] std::int64_t stdViews(std::string_view text);
[[gnu::noinline]] std::int64_t rangeV3(std::string_view text);

}  // namespace bench
