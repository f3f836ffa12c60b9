// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/subtract.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <set>
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
using Words = std::vector<std::string>;

struct Inputs {
  explicit Inputs(std::uint64_t seed) {
    support::Random random(seed);
    for (int i = 0; i < 100; ++i) firsts.push_back(random.text(2, "abcd"));
    for (int i = 0; i < 40; ++i) seconds.push_back(random.text(2, "cdef"));
  }
  Words firsts;
  Words seconds;
};

TEST_CASE("subtract: as often as the first has them, as the naive loop") {
  const Inputs in(51);
  const std::set<std::string> others(in.seconds.begin(), in.seconds.end());
  Words expected;
  for (const auto& word : in.firsts)
    if (!others.contains(word)) expected.push_back(word);
  std::sort(expected.begin(), expected.end());
  support::everywhere(in.firsts, subtract(in.seconds, 3), expected);
}

TEST_CASE("intersection: once each, as sets have it") {
  const Inputs in(52);
  const std::set<std::string> firsts(in.firsts.begin(), in.firsts.end());
  const std::set<std::string> seconds(in.seconds.begin(), in.seconds.end());
  Words expected;
  std::set_intersection(firsts.begin(), firsts.end(), seconds.begin(), seconds.end(), std::back_inserter(expected));
  support::everywhere(in.firsts, intersection(in.seconds, 3), expected);
}

TEST_CASE("subtractByKey: pairs whose key the other lacks, as the naive loop") {
  const Inputs in(53);
  std::vector<std::pair<std::string, std::string>> expected;
  for (const auto& word : in.firsts)
    if (std::none_of(in.seconds.begin(), in.seconds.end(), [&](const auto& other) { return other[0] == word[0]; }))
      expected.emplace_back(word.substr(0, 1), word);
  std::sort(expected.begin(), expected.end());
  const auto byLetter = keyBy([](const std::string& word) { return std::string_view(word).substr(0, 1); });
  support::everywhere(in.firsts, byLetter | subtractByKey(in.seconds | byLetter), expected);
}

TEST_CASE("intersection, subtract, subtractByKey: empty sides, views and owners, take stops") {
  const std::vector<int> none;
  const std::vector<int> some{1, 1, 2};
  CHECK((some | intersection(none) | collect()).empty());
  CHECK((none | subtract(some) | collect()).empty());
  CHECK((some | subtract(none) | collect()).size() == 3);
  CHECK((some | subtract(none) | take(2)).size() == 2);
  CHECK((some | intersection(std::vector{1, 3}) | collect()) == std::vector{1});
  const std::vector<std::string_view> views{"a", "b"};
  CHECK((views | intersection(Words{"b", "c"}) | collect()) == Words{"b"});
  CHECK((Words{"b", "c"} | subtract(views) | collect()) == Words{"c"});
  const std::vector<std::pair<std::string, int>> counts{{"a", 1}, {"b", 2}};
  const auto same = mapValues([](int count) { return count; });
  CHECK((counts | intersection(counts | same) | count() | value()) == 2);
  CHECK((counts | same | subtract(counts | filter([](const auto& pair) { return pair.second == 2; })) | keys() | collect()) == Words{"a"});
  const std::vector<Words> lists{{"a"}, {"b"}};
  const std::vector<std::vector<std::string_view>> listsOfViews{{"b"}, {"c"}};
  CHECK((lists | intersection(listsOfViews) | collect()) == std::vector<Words>{{"b"}});
  CHECK((listsOfViews | subtract(lists) | collect()) == std::vector<Words>{{"c"}});
  const std::vector<std::pair<int, bool>> flags{{1, true}, {1, false}, {2, true}};
  CHECK((flags | subtractByKey(std::vector{std::pair{2, 0}}) | collect()) == std::vector<std::pair<int, bool>>{{1, true}, {1, false}});
  const auto unique = map([](int i) { return std::pair{i, std::make_unique<int>(i)}; });
  CHECK((some | unique | subtractByKey(std::vector{std::pair{1, 0}}) | map([](const auto& pair) { return *pair.second; }) | collect()) == std::vector{2});
}

TEST_CASE("subtractByKey: of one slice each, values whose key the other has are not kept") {
  support::Tally tally;
  const auto records = support::counters(6, tally);
  const auto byParity = map([](const support::CopyCounter& record) { return std::pair<int, const support::CopyCounter&>(record.value % 2, record); });
  const std::vector<std::pair<int, int>> even{{0, 7}, {0, 8}};
  CHECK((records | byParity | subtractByKey(even) | map([](const auto& pair) { return pair.second.value; }) | collect()) == std::vector{1, 3, 5});
  CHECK(tally.copies == 3);
  CHECK(tally.alive == 6);
}

}  // namespace
