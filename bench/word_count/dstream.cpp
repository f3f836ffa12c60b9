// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <dstream/core.hpp>

#include "word_count/contenders.hpp"

namespace bench {

namespace {

using namespace dstream;

const auto wordCount = flatMap(splitWords)
                       | map([](std::string_view word) { return std::pair{word, 1L}; })
                       | reduceByKey(plus);

const auto digest =
    map([](const auto& counted) { return digestOf(counted.first, counted.second); })
    | fold(Digest{}, [](Digest left, const Digest& right) { return left += right; });

}  // namespace

Digest dstreamInline(std::string_view text) { return lines(text) | wordCount | digest; }

Digest dstreamOn(std::string_view text, RunnerRef runner) {
  return lines(text) | on(runner) | wordCount | digest;
}

}  // namespace bench
