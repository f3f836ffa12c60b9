// SPDX-License-Identifier: BSL-1.0
#pragma once
// How often each key occurs: the table alone, its keys ready in a vector.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bench {

/// In no order: equal when all keys and their counts are.
struct Tally {
  std::uint64_t distinct = 0;
  std::uint64_t check = 0;

  Tally& operator+=(const Tally& other) {
    distinct += other.distinct;
    check += other.check;
    return *this;
  }
  friend bool operator==(const Tally&, const Tally&) = default;
};

inline std::uint64_t checkOf(std::uint64_t key) { return key * 0x9e3779b97f4a7c15U; }
inline std::uint64_t checkOf(std::string_view key) {
  return checkOf(key.size() * 256 + static_cast<unsigned char>(key.front()))
         + checkOf(static_cast<unsigned char>(key.back()));
}
template <class Key>
Tally tallyOf(const Key& key, std::int64_t count) {
  const auto times = static_cast<std::uint64_t>(count);
  return {1, (checkOf(key) ^ times) * times};
}
template <class Map>
Tally tallyOfAll(const Map& map) {
  Tally tally;
  for (const auto& [key, count] : map)
    if constexpr (requires { key.data(); }) {  // of any kind of view
      tally += tallyOf(std::string_view(key.data(), key.size()), count);
    } else {
      tally += tallyOf(key, count);
    }
  return tally;
}

using Words = std::vector<std::string_view>;
using Numbers = std::vector<std::uint64_t>;

[[gnu::noinline]] Tally stdTable(const Words& keys);
[[gnu::noinline]] Tally stdTable(const Numbers& keys);
[[gnu::noinline]] Tally abslTable(const Words& keys);
[[gnu::noinline]] Tally abslTable(const Numbers& keys);
[[gnu::noinline]] Tally robinTable(const Words& keys);
[[gnu::noinline]] Tally robinTable(const Numbers& keys);
[[gnu::noinline]] Tally boostTable(const Words& keys);
[[gnu::noinline]] Tally boostTable(const Numbers& keys);
[[gnu::noinline]] Tally dstreamTable(const Words& keys);
[[gnu::noinline]] Tally dstreamTable(const Numbers& keys);

}  // namespace bench
