// SPDX-License-Identifier: BSL-1.0
#pragma once
// What fuzz targets share: an input that is taken apart from its front, and laws whose breach is a
// finding.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// Ends the process, which is how libFuzzer and replay.cpp learn of a finding.
inline void expect(bool holds, const char* law) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", law);
  std::abort();
}

/// **meaning** first bytes that choose, then the data. Past its end every choice is 0.
class Input {
 public:
  Input(const std::uint8_t* bytes, std::size_t size)
      : rest_(reinterpret_cast<const char*>(bytes), size) {}

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const char first = rest_.front();
    rest_.remove_prefix(1);
    return static_cast<std::uint8_t>(first);
  }
  /// In [low, high], at most 256 values.
  std::size_t between(std::size_t low, std::size_t high) { return low + byte() % (high - low + 1); }
  [[nodiscard]] std::string_view bytes(std::size_t most) {
    const std::string_view taken = rest_.substr(0, most);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

/// A copy with nothing around it, so that the sanitizer sees the first byte too many at either end.
class Alone {
 public:
  explicit Alone(std::string_view text) : bytes_(text.begin(), text.end()) {
    bytes_.shrink_to_fit();
  }
  [[nodiscard]] std::string_view text() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::vector<char> bytes_;
};

/// The same places in memory, not only the same bytes.
inline bool sameViews(const std::vector<std::string_view>& left,
                      const std::vector<std::string_view>& right) {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i].data() != right[i].data() || left[i].size() != right[i].size()) return false;
  return true;
}

}  // namespace fuzz

/// What libFuzzer calls, and replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);
