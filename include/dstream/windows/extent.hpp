// SPDX-License-Identifier: BSL-1.0
#pragma once
// WindowExtent: how long a window is and how often it is given; checked against the stream it is put on.

#include <cstdint>
#include <stdexcept>
#include <string>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>
#include <dstream/core/operator_info.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0::detail {

/// **units** nanoseconds.
struct WindowExtent {
  std::int64_t length = 0;
  std::int64_t slide = asParent;

  static constexpr std::int64_t asParent = -1;

  /// The extent over a parent of that slide. **errors** std::invalid_argument, with the operator's name, unless both are positive multiples of it.
  [[nodiscard]] WindowExtent over(std::int64_t parentSlide, const char* operatorName) const {
    WindowExtent extent{length, slide == asParent ? parentSlide : slide};
    require(extent.length, parentSlide, operatorName, "length");
    require(extent.slide, parentSlide, operatorName, "slide");
    return extent;
  }

  /// Whether the batch of this time is in any window; they end every slide from zero on, and may be shorter.
  [[nodiscard]] constexpr bool holds(Time time, Time zero) const {
    const std::int64_t behindLast = (time.nanoseconds - zero.nanoseconds) % slide;
    return behindLast == 0 || behindLast > slide - length;
  }

  constexpr void describe(OperatorInfo& into) const {
    into.length = length;
    into.slide = slide == asParent ? 0 : slide;
  }

 private:
  static void require(std::int64_t duration, std::int64_t parentSlide, const char* operatorName, const char* what) {
    if (duration > 0 && duration % parentSlide == 0) return;
    std::string text = "dstream: ";
    text += operatorName;
    text += ": the ";
    text += what;
    text += " of a window (";
    text += std::to_string(duration);
    text += " ns) must be a positive multiple of the slide of the stream it is put on (";
    text += std::to_string(parentSlide);
    text += " ns)";
    throw std::invalid_argument(text);
  }
};

inline WindowExtent extentOf(Timespan length, Timespan slide) {
  return {length.nanoseconds, slide.nanoseconds == WindowExtent::asParent ? 0 : slide.nanoseconds};
}
inline WindowExtent extentOf(Timespan length) { return {length.nanoseconds}; }

}  // namespace dstream::inline v0::detail
