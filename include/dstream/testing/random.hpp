// SPDX-License-Identifier: BSL-1.0
#pragma once
// Random: seeded, equal on every machine (std's distributions are not); the seed is told by whoever fails.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::testing {

/// **meaning** splitmix64, and what tests draw from it. What is drawn is a function of the seed and of the calls before. **threads** one.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t operator()() {
    std::uint64_t word = state_ += 0x9e3779b97f4a7c15ULL;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
    return word ^ (word >> 31);
  }
  /// In [0, bound); bound above 0.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>((*this)() % bound); }
  /// In [low, high].
  int between(int low, int high) { return low + static_cast<int>(below(static_cast<std::size_t>(high - low) + 1)); }
  template <class Range>
  void shuffle(Range& range) {
    for (std::size_t i = range.size(); i > 1; --i) std::swap(range[i - 1], range[below(i)]);
  }
  std::string text(std::size_t bytes, std::string_view alphabet) {
    std::string text(bytes, '\0');
    for (char& byte : text) byte = alphabet[below(alphabet.size())];
    return text;
  }

 private:
  std::uint64_t state_;
};

}  // namespace dstream::inline v0::testing
