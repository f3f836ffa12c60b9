// SPDX-License-Identifier: BSL-1.0
#include "support/rivals.hpp"

#include <unordered_map>

#include "hash_tables/contenders.hpp"

namespace bench {

namespace {
template <class Map, class Keys>
Tally countIn(const Keys& keys) {
  Map map;
  for (const auto& key : keys)
    if constexpr (requires { key.data(); }) {
      ++map[typename Map::key_type(key.data(), key.size())];
    } else {
      ++map[key];
    }
  return tallyOfAll(map);
}
}  // namespace

Tally stdTable(const Words& keys) {
  return countIn<std::unordered_map<std::string_view, long>>(keys);
}
Tally stdTable(const Numbers& keys) {
  return countIn<std::unordered_map<std::uint64_t, long>>(keys);
}

#if BENCH_ABSL
Tally abslTable(const Words& keys) { return countIn<absl::flat_hash_map<CarefulText, long>>(keys); }
Tally abslTable(const Numbers& keys) {
  return countIn<absl::flat_hash_map<std::uint64_t, long>>(keys);
}
#else
Tally abslTable(const Words&) { return {}; }
Tally abslTable(const Numbers&) { return {}; }
#endif

#if BENCH_ROBIN_MAP
Tally robinTable(const Words& keys) {
  return countIn<tsl::robin_map<std::string_view, long>>(keys);
}
Tally robinTable(const Numbers& keys) { return countIn<tsl::robin_map<std::uint64_t, long>>(keys); }
#else
Tally robinTable(const Words&) { return {}; }
Tally robinTable(const Numbers&) { return {}; }
#endif

#if BENCH_BOOST_FLAT
Tally boostTable(const Words& keys) {
  return countIn<boost::unordered_flat_map<std::string_view, long>>(keys);
}
Tally boostTable(const Numbers& keys) {
  return countIn<boost::unordered_flat_map<std::uint64_t, long>>(keys);
}
#elif BENCH_BOOST
Tally boostTable(const Words& keys) {
  return countIn<boost::unordered_map<std::string_view, long>>(keys);
}
Tally boostTable(const Numbers& keys) {
  return countIn<boost::unordered_map<std::uint64_t, long>>(keys);
}
#else
Tally boostTable(const Words&) { return {}; }
Tally boostTable(const Numbers&) { return {}; }
#endif

}  // namespace bench
