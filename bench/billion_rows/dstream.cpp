// SPDX-License-Identifier: BSL-1.0
#include <utility>

#include <dstream/core.hpp>
#include <dstream/text/cut.hpp>
#include <dstream/text/parse_number.hpp>

#include "billion_rows/contenders.hpp"
#include "billion_rows/own_functions.hpp"

namespace bench {

namespace {

using namespace dstream;

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
