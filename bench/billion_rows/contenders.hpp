// SPDX-License-Identifier: BSL-1.0
#pragma once
// Rows "station;-12.3": least, mean and greatest temperature of each station.

#include <cstdint>
#include <functional>
#include <string_view>

#include <dstream/core/runner.hpp>

namespace bench {

/// **units** tenths of a degree.
struct Extremes {
  std::int64_t sum = 0;
  std::int64_t rows = 0;
  std::int32_t least = INT32_MAX;
  std::int32_t most = INT32_MIN;

  void add(std::int32_t tenths) {
    sum += tenths;
    ++rows;
    if (tenths < least) least = tenths;
    if (tenths > most) most = tenths;
  }
  Extremes& operator+=(const Extremes& other) {
    sum += other.sum;
    rows += other.rows;
    if (other.least < least) least = other.least;
    if (other.most > most) most = other.most;
    return *this;
  }
};

/// Of stations in any order: equal when all they have is.
struct Digest {
  std::int64_t stations = 0;
  std::int64_t rows = 0;
  std::uint64_t check = 0;

  Digest& operator+=(const Digest& other) {
    stations += other.stations;
    rows += other.rows;
    check += other.check;
    return *this;
  }
  friend bool operator==(const Digest&, const Digest&) = default;
};

inline Digest noted(Digest digest, std::string_view station, const Extremes& found) {
  ++digest.stations;
  digest.rows += found.rows;
  std::uint64_t mixed = std::hash<std::string_view>{}(station);
  for (const std::int64_t number :
       {found.sum, found.rows, std::int64_t{found.least}, std::int64_t{found.most}})
    mixed = (mixed ^ static_cast<std::uint64_t>(number)) * 0x9e3779b97f4a7c15U;
  digest.check += mixed ^ mixed >> 31;
  return digest;
}

[[gnu::noinline]] Digest straightforward(std::string_view rows);
/// The same, half on a second thread: what this machine's second core is worth.
[[gnu::noinline]] Digest straightforwardByTwo(std::string_view rows);
/// With std::unordered_map.
[[gnu::noinline]] Digest naive(std::string_view rows);
/// The least that rows can take with functions of one's own: the same lines and functions, and a table that knows these stations.
[[gnu::noinline]] Digest least(std::string_view rows);
[[gnu::noinline]] Digest dstreamRows(std::string_view rows);
[[gnu::noinline]] Digest dstreamRowsOn(std::string_view rows, dstream::RunnerRef runner);
[[gnu::noinline]] Digest dstreamHelpers(std::string_view rows);

}  // namespace bench
