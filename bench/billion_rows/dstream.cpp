// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <dstream/core.hpp>
#include <dstream/text/cut.hpp>
#include <dstream/text/parse_number.hpp>

#include "billion_rows/contenders.hpp"

namespace bench {

namespace {

using namespace dstream;

/// As a user writes it.
std::int32_t tenthsOf(std::string_view text) {
  const bool negative = text.starts_with('-');
  std::int32_t tenths = 0;
  for (const char c : text.substr(negative ? 1 : 0))
    if (c != '.') tenths = tenths * 10 + (c - '0');
  return negative ? -tenths : tenths;
}

constexpr auto fields = [](std::string_view row) {
  const std::size_t semicolon = row.find(';');
  return std::pair{row.substr(0, semicolon), row.substr(semicolon + 1)};
};
constexpr auto add = [](Extremes all, std::int32_t tenths) {
  all.add(tenths);
  return all;
};
constexpr auto join = [](Extremes left, const Extremes& right) { return left += right; };

const auto extremes = map(fields) | mapValues([](std::string_view text) { return tenthsOf(text); })
                      | aggregateByKey(Extremes{}, add, join);

const auto extremesByHelpers =
    map(cut(';'))
    | mapValues([](std::string_view text) { return parseFixed<std::int32_t, 1>(text).value_or(0); })
    | aggregateByKey(Extremes{}, add, join);

const auto digest =
    map([](const auto& station) { return noted(Digest{}, station.first, station.second); })
    | fold(Digest{}, [](Digest left, const Digest& right) { return left += right; });

}  // namespace

Digest dstreamRows(std::string_view rows) { return lines(rows) | extremes | digest; }

Digest dstreamRowsOn(std::string_view rows, RunnerRef runner) {
  return lines(rows) | on(runner) | extremes | digest;
}

Digest dstreamHelpers(std::string_view rows) { return lines(rows) | extremesByHelpers | digest; }

}  // namespace bench
