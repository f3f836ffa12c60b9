// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/cogroup.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("cogroup: every key of either side, values in the order of the records, as the naive loop") {
  const std::uint64_t seed = 21;
  CAPTURE(seed);
  support::Random random(seed);
  std::vector<std::pair<std::string, int>> firsts;
  std::vector<std::pair<std::string_view, bool>> seconds;
  std::map<std::string, std::pair<std::vector<int>, std::vector<bool>>> expected;
  for (int i = 0; i < 150; ++i) {
    const auto& [key, value] = firsts.emplace_back(random.text(1, "abcdefghij"), i);
    expected[key].first.push_back(value);
  }
  constexpr std::string_view letters = "defghijklmn";
  for (std::size_t i = 0; i < 100; ++i) {
    const auto& [key, value] = seconds.emplace_back(letters.substr(random.below(letters.size()), 1), random.below(2) == 0);
    expected[std::string(key)].second.push_back(value);
  }
  support::everywhere(firsts, cogroup(seconds, 3), std::vector<std::pair<std::string, std::pair<std::vector<int>, std::vector<bool>>>>(expected.begin(), expected.end()));
}

TEST_CASE("cogroup: an empty side or two; on the runner of the second") {
  using Pairs = std::vector<std::pair<int, int>>;
  using Groups = std::vector<std::pair<int, std::pair<std::vector<int>, std::vector<int>>>>;
  CHECK((Pairs{} | cogroup(Pairs{}) | collect()).empty());
  CHECK((Pairs{{1, 2}} | cogroup(Pairs{}) | collect()) == Groups{{1, {{2}, {}}}});
  CHECK((Pairs{} | cogroup(Pairs{{1, 2}, {1, 3}}) | collect()) == Groups{{1, {{}, {2, 3}}}});
  support::Crew crew(2, 8);
  const Pairs some{{1, 1}, {1, 2}, {1, 3}};
  auto groups = some | cogroup(parallelize(some, 3) | on(crew));
  CHECK((groups | collect()) == Groups{{1, {{1, 2, 3}, {1, 2, 3}}}});
  CHECK(groups.partitions() == 2);
}

TEST_CASE("cogroup: values that only move are moved") {
  const auto unique = map([](int i) { return std::pair{1, std::make_unique<int>(i)}; });
  const auto sums = std::vector{1, 2} | unique | cogroup(std::vector{3} | unique)
                    | map([](const auto& group) { return *group.second.first[1] + *group.second.second[0]; }) | sum();
  CHECK(sums == 5);
}

TEST_CASE("cogroup: one slice each, into one table: nothing is moved again") {
  support::Tally tally;
  const auto records = support::counters(1, tally);
  const auto keyed = map([](const support::CopyCounter& record) { return std::pair<int, const support::CopyCounter&>(record.value, record); });
  const std::vector<std::pair<int, int>> others{{2, 20}, {1, 10}, {1, 11}};
  CHECK((others | cogroup(records | keyed) | count() | value()) == 2);
  CHECK(tally.copies == 1);
  CHECK(tally.moves == 1);  // into the vector
  using Pairs = std::vector<std::pair<int, int>>;
  const Pairs firsts{{1, 1}, {3, 3}, {1, 2}};
  auto groups = firsts | cogroup(others, 3) | collect();
  std::sort(groups.begin(), groups.end());
  using Groups = std::vector<std::pair<int, std::pair<std::vector<int>, std::vector<int>>>>;
  CHECK(groups == Groups{{1, {{1, 2}, {10, 11}}}, {2, {{}, {20}}}, {3, {{3}, {}}}});
}

}  // namespace
