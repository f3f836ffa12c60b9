// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/keyBy.hpp>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;

constexpr std::array numbers{1, 2, 3};
static_assert((numbers | keyBy([](int x) { return x % 2; }) | collect<std::array<std::pair<int, int>, 3>>())
              == std::array{std::pair{1, 1}, std::pair{0, 2}, std::pair{1, 3}});

struct Person {
  std::string name;
  int age;
};

TEST_CASE("keyBy: a view of the record, a member, an owning key, of records that stay and that move") {
  const std::vector<std::string> words{"a rather long first word", "b", "a rather long other word"};
  const auto firstLetter = keyBy([](const std::string& word) { return std::string_view(word).substr(0, 1); });
  std::vector<std::pair<std::string, std::string>> expected;
  for (const auto& word : words) expected.emplace_back(word.substr(0, 1), word);
  support::everywhereInOrder(words, firstLetter, expected);
  CHECK((std::vector(words) | firstLetter | collect()) == expected);
  CHECK((std::vector<std::string>{} | firstLetter | collect()).empty());

  std::vector<Person> people{{"a name longer than a small buffer", 30}, {"b", 40}};
  CHECK((people | keyBy(&Person::name) | mapValues(&Person::age) | collect())
        == std::vector<std::pair<std::string, int>>{{"a name longer than a small buffer", 30}, {"b", 40}});
  CHECK((std::move(people) | keyBy(&Person::name) | mapValues(&Person::age) | collect())
        == std::vector<std::pair<std::string, int>>{{"a name longer than a small buffer", 30}, {"b", 40}});
}

TEST_CASE("keyBy: records that only move, and none that is copied") {
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  const auto kept = std::vector{1, 2} | unique | keyBy([](const std::unique_ptr<int>& p) { return *p; }) | collect();
  CHECK(*kept[1].second == 2);
  support::Tally tally;
  const auto records = support::counters(3, tally);
  CHECK((records | keyBy(&support::CopyCounter::value) | map([](const auto& pair) { return pair.first * pair.second.value; }) | sum()) == 14);
  CHECK(tally.copies == 0);
}

TEST_CASE("keyBy: what the function throws reaches the caller") {
  CHECK_THROWS_WITH((numbers | keyBy([](int x) -> int { throw std::runtime_error(std::to_string(x)); }) | collect()), "1");
}

}  // namespace
