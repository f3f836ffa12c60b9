// SPDX-License-Identifier: BSL-1.0
#include <cstring>
#include <unordered_map>

#include "billion_rows/contenders.hpp"
#include "support/rivals.hpp"

namespace bench {

namespace {

template <class Map>
Digest loop(std::string_view rows) {
  using Text = typename Map::key_type;
  Map stations;
  const char* const end = rows.data() + rows.size();
  for (const char* at = rows.data(); at != end;) {
    const char* const semicolon =
        static_cast<const char*>(std::memchr(at, ';', static_cast<std::size_t>(end - at)));
    const char* digit = semicolon + 1;
    const bool negative = *digit == '-';
    if (negative) ++digit;
    std::int32_t tenths = 0;
    for (; *digit != '\n'; ++digit)
      if (*digit != '.') tenths = tenths * 10 + (*digit - '0');
    const Text station(at, static_cast<std::size_t>(semicolon - at));
    stations[station].add(negative ? -tenths : tenths);
    at = digit + 1;
  }
  Digest digest;
  for (const auto& [station, found] : stations)
    digest += noted(Digest{}, std::string_view(station.data(), station.size()), found);
  return digest;
}

}  // namespace

Digest straightforward(std::string_view rows) {
  return loop<CarefulMap<CarefulText, Extremes>>(rows);
}
Digest naive(std::string_view rows) {
  return loop<std::unordered_map<std::string_view, Extremes>>(rows);
}

}  // namespace bench
