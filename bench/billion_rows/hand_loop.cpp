// SPDX-License-Identifier: BSL-1.0
#include <cstring>
#include <thread>
#include <unordered_map>

#include "billion_rows/contenders.hpp"
#include "support/rivals.hpp"

namespace bench {

namespace {

using Stations = CarefulMap<CarefulText, Extremes>;

template <class Map>
Map loop(std::string_view rows) {
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
  return stations;
}

template <class Map>
Digest digestOf(const Map& stations) {
  Digest digest;
  for (const auto& [station, found] : stations)
    digest += noted(Digest{}, std::string_view(station.data(), station.size()), found);
  return digest;
}

}  // namespace

Digest straightforward(std::string_view rows) { return digestOf(loop<Stations>(rows)); }
Digest straightforwardByTwo(std::string_view rows) {
  const std::size_t middle = rows.find('\n', rows.size() / 2) + 1;
  Stations second;
  std::thread other([&] { second = loop<Stations>(rows.substr(middle)); });
  Stations stations = loop<Stations>(rows.substr(0, middle));
  other.join();
  for (const auto& [station, found] : second) stations[station] += found;
  return digestOf(stations);
}
Digest naive(std::string_view rows) {
  return digestOf(loop<std::unordered_map<std::string_view, Extremes>>(rows));
}

}  // namespace bench
