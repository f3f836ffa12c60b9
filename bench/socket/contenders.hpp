// SPDX-License-Identifier: BSL-1.0
#pragma once
// Lines from a TCP connection to this machine: each contender connects, finds every line and reads
// until the sender closes.

#include <cstdint>

namespace bench {

struct Received {
  std::int64_t lines = 0;
  std::int64_t bytes = 0;  // without line ends

  friend Received operator+(const Received& left, const Received& right) {
    return {left.lines + right.lines, left.bytes + right.bytes};
  }
  friend bool operator==(const Received&, const Received&) = default;
};

[[gnu::noinline]] Received handMemchr(std::uint16_t port);
[[gnu::noinline]] Received handStrings(std::uint16_t port);
[[gnu::noinline]] Received dstreamOf1ms(std::uint16_t port);
[[gnu::noinline]] Received dstreamOf10ms(std::uint16_t port);
[[gnu::noinline]] Received stdViews(std::uint16_t port);
[[gnu::noinline]] Received rangeV3(std::uint16_t port);

}  // namespace bench
