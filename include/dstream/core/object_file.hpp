// SPDX-License-Identifier: BSL-1.0
#pragma once
// The layout of object files: a mark, then frames of encoded records, each behind its length and its checksum.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/crc32c.hpp>

namespace dstream::inline v0::detail {

inline constexpr std::string_view objectFileMark = "dstream1";

/// Length of the payload in 4 bytes, its crc32c in 4.
struct FrameHeader {
  static constexpr std::size_t bytes = 8;

  /// **errors** std::length_error for a payload whose length does not fit.
  static FrameHeader of(std::string_view payload) {
    if (payload.size() > 0xffffffffU) {
      const std::string size = std::to_string(payload.size());
      throw std::length_error("dstream: encode: a record too large for an object file, whose frames hold less than 4 GiB: there are " + size + " bytes in this one");
    }
    return {static_cast<std::uint32_t>(payload.size()), crc32c(payload)};
  }
  static FrameHeader decode(std::string_view text) {
    const auto size = takeNumber<std::uint32_t>(text);
    return {size, takeNumber<std::uint32_t>(text)};
  }
  void encode(std::string& out) const {
    putNumber(payloadBytes, out);
    putNumber(checksum, out);
  }

  std::uint32_t payloadBytes;
  std::uint32_t checksum;
};

}  // namespace dstream::inline v0::detail
