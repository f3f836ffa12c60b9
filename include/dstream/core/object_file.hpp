// SPDX-License-Identifier: BSL-1.0
#pragma once
// The layout of object files: a mark, then frames of encoded records, each behind its length and its checksum.

#include <cstddef>
#include <cstdint>
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

  static FrameHeader of(std::string_view payload) { return {static_cast<std::uint32_t>(payload.size()), crc32c(payload)}; }
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
