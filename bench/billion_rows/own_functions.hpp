// SPDX-License-Identifier: BSL-1.0
#pragma once
// What a user writes to take a row apart.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace bench {

inline std::int32_t tenthsOf(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::int32_t tenths = 0;
  for (const char c : text.substr(negative ? 1 : 0))
    if (c != '.') tenths = tenths * 10 + (c - '0');
  return negative ? -tenths : tenths;
}

inline constexpr auto fields = [](std::string_view row) {
  const std::size_t semicolon = row.find(';');
  return std::pair{row.substr(0, semicolon), row.substr(semicolon + 1)};
};

}  // namespace bench
