// SPDX-License-Identifier: BSL-1.0
#include <string>
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

Digest dstreamBatches(const Batches& batches) {
  Digest sum;
  for (const std::string_view batch : batches) sum += lines(batch) | wordCount | digest;
  return sum;
}

namespace {

/// A tokeniser as a user writes it, byte by byte.
class OwnWords {
 public:
  using reference = std::string_view;

  explicit OwnWords(std::string_view line) : line_(line) {}

  template <class Accumulator, class Step>
  Accumulator fold(Accumulator accumulator, Step& step) const {
    const char* const end = line_.data() + line_.size();
    for (const char* at = line_.data(); at != end;) {
      while (at != end && isBlank(*at)) ++at;
      const char* const word = at;
      while (at != end && !isBlank(*at)) ++at;
      if (at != word) {
        accumulator = step(std::move(accumulator),
                           std::string_view(word, static_cast<std::size_t>(at - word)));
        if (stopped(accumulator)) break;
      }
    }
    return accumulator;
  }

 private:
  static bool isBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  std::string_view line_;
};

const auto genericCount =
    flatMap([](std::string_view line) { return OwnWords(line); })
    | map([](std::string_view word) { return std::pair<std::string, long>(word, 1L); })
    | reduceByKey([](long left, long right) { return left + right; });

}  // namespace

Digest dstreamGeneric(std::string_view text) { return lines(text) | genericCount | digest; }

}  // namespace bench
