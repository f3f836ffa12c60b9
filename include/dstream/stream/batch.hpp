// SPDX-License-Identifier: BSL-1.0
#pragma once
// Batch: the identity of one batch. Time: its label. Interval: from one to another.

#include <compare>
#include <cstdint>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **units** nanoseconds since the Unix epoch.
struct Time {
  std::int64_t nanoseconds = 0;
  [[nodiscard]] constexpr std::int64_t milliseconds() const { return nanoseconds / 1'000'000; }
  friend constexpr auto operator<=>(const Time&, const Time&) = default;
};

/// **meaning** the times from `begin` to `end`, both included; none, where `end` is before `begin`. **source** Spark's Interval.
struct Interval {
  Time begin;
  Time end;
  friend constexpr bool operator==(const Interval&, const Interval&) = default;
};

/// **meaning** what names a batch wherever it goes: outputs, events, later the journal. `seq` counts from 1 without gaps, `time` is strictly
/// increasing, `attempt` counts from 1 and goes up when the same batch is repeated, `epoch` tells one run of a job from the next.
struct Batch {
  std::uint64_t seq = 0;
  Time time;
  std::uint32_t attempt = 1;
  std::uint64_t epoch = 0;
};

}  // namespace dstream::inline v0
