// SPDX-License-Identifier: BSL-1.0
#include <dstream/core.hpp>

#include "fusion_text/contenders.hpp"

namespace bench {

namespace {
constexpr auto longer = [](std::string_view word) { return word.size() > 3; };
constexpr auto bytes = [](std::string_view word) { return static_cast<std::int64_t>(word.size()); };
}  // namespace

std::int64_t dstreamSplit(std::string_view text) {
  using namespace dstream;
  return lines(text) | flatMap(split(' ')) | filter(longer) | map(bytes) | sum();
}

std::int64_t dstreamWords(std::string_view text) {
  using namespace dstream;
  return lines(text) | flatMap(splitWords) | filter(longer) | map(bytes) | sum();
}

}  // namespace bench
