// SPDX-License-Identifier: BSL-1.0
#pragma once
// What is measured of a process under load: latencies, resident memory, the line through points.

#include <unistd.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace load {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DSTREAM_LOAD_SANITIZED 1
#endif
#endif
#if defined(DSTREAM_LOAD_SANITIZED) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;  // whose own memory is no business of the bound's
#else
inline constexpr bool sanitized = false;
#endif

/// A histogram of numbers whose buckets are a sixteenth of their power of two wide; of one size,
/// however many it counts.
class Histogram {
 public:
  void add(std::int64_t number, std::uint64_t times) {
    counts_[bucketOf(number < 0 ? 0 : static_cast<std::uint64_t>(number))] += times;
    all_ += times;
  }
  [[nodiscard]] std::uint64_t count() const { return all_; }
  /// The least number, rounded up, below which this share of them lies; 0 of none.
  [[nodiscard]] double at(double share) const {
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket)
      if ((seen += counts_[bucket]) != 0
          && static_cast<double>(seen) >= share * static_cast<double>(all_))
        return upperEnd(bucket);
    return 0;
  }

 private:
  static std::size_t bucketOf(std::uint64_t number) {
    if (number < 16) return static_cast<std::size_t>(number);
    // The upper five bits count, and the first of them is set.
    const auto power = static_cast<std::size_t>(std::bit_width(number)) - 5;
    return (power + 1) * 16 + static_cast<std::size_t>((number >> power) - 16);
  }
  static double upperEnd(std::size_t bucket) {
    if (bucket < 16) return static_cast<double>(bucket);
    return std::ldexp(static_cast<double>(bucket % 16 + 17), static_cast<int>(bucket / 16) - 1);
  }

  std::array<std::uint64_t, 16 * 61> counts_{};
  std::uint64_t all_ = 0;
};

/// **units** bytes.
inline std::uint64_t residentMemory() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}
/// The most that it was since forgetPeak. **units** bytes.
inline std::uint64_t peakMemory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  return 0;
}
inline void forgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

/// Of the line through these points that has the least squares, and the slope's standard error, as
/// if the errors were independent.
struct Slope {
  double value = 0;
  double error = 0;
};
inline Slope slopeOf(const std::vector<std::pair<double, double>>& points) {
  const auto n = static_cast<double>(points.size());
  double meanX = 0;
  double meanY = 0;
  for (const auto& [x, y] : points) {
    meanX += x / n;
    meanY += y / n;
  }
  double xx = 0;
  double xy = 0;
  for (const auto& [x, y] : points) {
    xx += (x - meanX) * (x - meanX);
    xy += (x - meanX) * (y - meanY);
  }
  if (xx == 0) return {};
  const double slope = xy / xx;
  double rest = 0;
  for (const auto& [x, y] : points) {
    const double off = y - meanY - slope * (x - meanX);
    rest += off * off;
  }
  return {slope, n > 2 ? std::sqrt(rest / (n - 2) / xx) : 0};
}

}  // namespace load
