// SPDX-License-Identifier: BSL-1.0
#include "hash_tables/contenders.hpp"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/text/words.hpp>

#include "support/bench.hpp"
#include "support/random.hpp"
#include "support/rivals.hpp"
#include "support/text.hpp"

namespace {

/// Ratios to the quickest rival are the claims; the tables' own time, without making the keys.
template <class Keys>
double race(const std::string& title, const Keys& keys) {
  bench::Contest<bench::Tally> contest(
      title + ", " + std::to_string(bench::stdTable(keys).distinct) + " distinct",
      static_cast<double>(keys.size()), "record");
  std::vector<std::string> rivals;
  const auto rival = [&](const std::string& name, std::function<bench::Tally()> call, bool here) {
    contest.addUnlessBroken(name, std::move(call), here);
    if (here) rivals.push_back(name);
  };
  rival("std::unordered_map", [&] { return bench::stdTable(keys); }, true);
  rival("absl::flat_hash_map", [&] { return bench::abslTable(keys); }, bench::hasAbsl);
  rival("tsl::robin_map", [&] { return bench::robinTable(keys); }, bench::hasRobinMap);
  rival(bench::boostMap, [&] { return bench::boostTable(keys); }, bench::hasBoost);
  contest.add("dstream countByValue", [&] { return bench::dstreamTable(keys); });
  contest.run(bench::quick() ? 3 : 11);
  double best = contest.timing(rivals.front()).median;
  for (const std::string& name : rivals) best = std::min(best, contest.timing(name).median);
  return contest.timing("dstream countByValue").median / best;
}

}  // namespace

int main() {
  const std::size_t count = bench::quick() ? 500'000 : 10'000'000;
  bench::Random random(11);
  bench::Claims claims("hash_tables");
  const auto claim = [&](const std::string& what, double ratio, double goal) {
    claims.add("table, " + what + ": time / quickest rival", ratio, bench::atMost(goal));
  };

  const std::string book = bench::book();
  bench::Words words;
  while (words.size() < count)
    for (const std::string_view word : dstream::splitWords(book)) words.push_back(word);
  claim("words of the book", race("words of the book, by string_view", words), 0.6);

  const auto numbers = [&](const auto& make) {
    bench::Numbers keys(count);
    for (std::uint64_t& key : keys) key = make();
    return keys;
  };
  claim("few keys", race("64-bit numbers, uniform", numbers([&] { return random() % 1000; })), 1.0);
  claim("many keys",
        race("64-bit numbers, uniform", numbers([&] { return random() % 1'000'000 * 7919; })), 1.0);
  claim("a hot key", race("64-bit numbers, nine of ten the same", numbers([&] {
                            return random() % 10 == 0 ? random() % 100'000 : 42;
                          })),
        1.0);
  claim("keys all different", race("64-bit numbers", numbers([&] { return random(); })), 1.0);
  claims.write();
}
