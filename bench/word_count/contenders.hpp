// SPDX-License-Identifier: BSL-1.0
#pragma once
// How often each word occurs, in memory.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include <dstream/core/runner.hpp>

namespace bench {

/// Of (word, count) pairs in any order: equal when all words and their counts are.
struct Digest {
  std::int64_t words = 0;
  std::int64_t distinct = 0;
  std::uint64_t check = 0;

  Digest& operator+=(const Digest& other) {
    words += other.words;
    distinct += other.distinct;
    check += other.check;
    return *this;
  }
  friend bool operator==(const Digest&, const Digest&) = default;
};

inline Digest digestOf(std::string_view word, std::int64_t count) {
  const std::uint64_t hash = std::hash<std::string_view>{}(word);
  return {
      count, 1,
      (hash ^ hash >> 29) * static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(count)};
}
template <class Counts>
Digest digestOfAll(const Counts& counts) {
  Digest digest;
  for (const auto& [word, count] : counts) digest += digestOf(word, count);
  return digest;
}

/// What is counted apart, one batch after another: the digests' sum.
using Batches = std::vector<std::string_view>;

[[gnu::noinline]] Digest handNaive(std::string_view text);
[[gnu::noinline]] Digest handViews(std::string_view text);
[[gnu::noinline]] Digest handCareful(std::string_view text);
[[gnu::noinline]] Digest handCarefulBatches(const Batches& batches);
[[gnu::noinline]] Digest dstreamInline(std::string_view text);
[[gnu::noinline]] Digest dstreamOn(std::string_view text, dstream::RunnerRef runner);
[[gnu::noinline]] Digest dstreamGeneric(std::string_view text);
[[gnu::noinline]] Digest dstreamBatches(const Batches& batches);
[[gnu::noinline]] Digest stdViews(std::string_view text);
[[gnu::noinline]] Digest rangeV3(std::string_view text);

}  // namespace bench
