// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/sortBy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using Pairs = std::vector<std::pair<std::string, int>>;

Pairs someRecords(std::uint64_t seed) {
  support::Random random(seed);
  Pairs records;
  for (int i = 0; i < 200; ++i) records.emplace_back(random.text(random.below(3), "abc") + (i % 3 == 0 ? " with a long end behind it" : ""), i);
  return records;
}

TEST_CASE("sortByKey, sortBy: sorted and stable both ways, at any slicing, of keys that are views") {
  const Pairs records = someRecords(91);
  Pairs up = records;  // values are the places, so that sorting by both is stable
  std::sort(up.begin(), up.end());
  Pairs down = records;
  std::sort(down.begin(), down.end(), [](const auto& left, const auto& right) { return left.first != right.first ? right.first < left.first : left.second < right.second; });
  support::everywhereInOrder(records, sortByKey(), up);
  const auto asViews = map([](const auto& record) { return std::pair{std::string_view(record.first), record.second}; });
  support::everywhereInOrder(records, asViews | sortByKey(false), down);
  CHECK((records | sortBy([](const auto& record) { return -record.second; }) | values() | first()) == 199);
}

TEST_CASE("sortBy: nothing, one, a member, flags; partitions are ranges of even sizes") {
  CHECK((std::vector<int>{} | sortBy([](int x) { return x; }) | collect()).empty());
  CHECK((std::vector{5} | sortBy([](int x) { return x; }) | collect()) == std::vector{5});
  CHECK((std::vector<std::string>{"abc", "a", "ab"} | sortBy(&std::string::size) | collect()) == std::vector<std::string>{"a", "ab", "abc"});
  CHECK((std::vector{true, false} | sortBy([](bool x) { return x; }) | collect()) == std::vector{false, true});
  support::Crew crew(2, 8);
  const std::vector<int> numbers{4, 2, 5, 1, 3};
  CHECK((parallelize(numbers, 3) | on(crew) | sortBy([](int x) { return x; }) | glom() | collect()) == std::vector<std::vector<int>>{{1, 2}, {3, 4, 5}});
}

TEST_CASE("sortBy: functions and records that only move; what the function throws") {
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  const std::vector<int> numbers{4, 2, 5};
  const auto sorted = numbers | unique | sortBy([sign = std::make_unique<int>(-1)](const std::unique_ptr<int>& p) { return *sign * *p; });
  CHECK((sorted | map([](const std::unique_ptr<int>& p) { return *p; }) | collect()) == std::vector{5, 4, 2});
  CHECK_THROWS_WITH((numbers | sortBy([](int) -> int { throw std::runtime_error("no key"); }) | collect()), "no key");
}

TEST_CASE("sortBy: a key that is an owner is made once per record; sorted and stable both ways, at any slicing") {
  const Pairs records = someRecords(92);
  Pairs up = records;
  std::sort(up.begin(), up.end());
  Pairs down = records;
  std::sort(down.begin(), down.end(), [](const auto& left, const auto& right) { return left.first != right.first ? right.first < left.first : left.second < right.second; });
  const auto key = [](const auto& record) { return std::string(record.first); };
  support::everywhereInOrder(records, sortBy(key), up);
  support::everywhereInOrder(records, sortBy(key, false), down);
  const auto asViews = map([](const auto& record) { return std::pair{std::string_view(record.first), record.second}; });
  support::everywhereInOrder(records, asViews | sortBy(key, false), down);

  std::size_t calls = 0;
  const auto counted = [&calls](const auto& record) {
    ++calls;
    return std::string(record.first);
  };
  CHECK((records | sortBy(counted) | collect()) == up);
  CHECK(calls == records.size());
  CHECK((Pairs{} | sortBy(counted) | collect()).empty());
  CHECK((Pairs{{"one", 1}} | sortBy(counted, false) | collect()) == Pairs{{"one", 1}});
  CHECK((std::vector{true, false} | sortBy([](bool x) { return std::string(x ? "b" : "a"); }) | collect()) == std::vector{false, true});
  const auto failing = [](const auto& record) { return record.second == 3 ? throw std::runtime_error("no key") : std::string(record.first); };
  CHECK_THROWS_WITH((records | sortBy(failing) | collect()), "no key");
}

TEST_CASE("sortBy: keys that refer to something are made anew; records that only move, by keys that are kept") {
  Pairs records = someRecords(93);
  const auto tied = [&records](const auto& record) {  // to assign to such a key would be to assign to what it refers to
    auto& there = records[static_cast<std::size_t>(record.second)];
    return std::tie(there.first, there.second);
  };
  const Pairs before = records;
  Pairs up = records;
  std::sort(up.begin(), up.end());
  CHECK((before | sortBy(tied) | collect()) == up);
  CHECK(records == before);
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  const auto sorted = std::vector{4, 2, 5} | unique | sortBy([](const std::unique_ptr<int>& p) { return std::to_string(*p); }, false);
  CHECK((sorted | map([](const std::unique_ptr<int>& p) { return *p; }) | collect()) == std::vector{5, 4, 2});
}

TEST_CASE("sortByKey: on a stream") {
  auto driver = testing::drive<std::pair<int, int>>(sortByKey(false));
  CHECK(driver.feed({{1, 2}, {3, 4}}) == std::vector<std::pair<int, int>>{{3, 4}, {1, 2}});
}

/// Bytes that only move: they have an address to be merged at, but cannot be copied there.
struct MovedBytes {
  explicit MovedBytes(int first) : number(first) {}
  MovedBytes(const MovedBytes&) = delete;
  MovedBytes(MovedBytes&&) = default;
  MovedBytes& operator=(const MovedBytes&) = delete;
  MovedBytes& operator=(MovedBytes&&) = default;
  int number;
};
static_assert(std::is_trivially_copyable_v<MovedBytes>);

}  // namespace

template <>
struct dstream::Owned<MovedBytes> : dstream::KeptAsIs<MovedBytes> {};

namespace {

TEST_CASE("sortBy: bytes that only move") {
  std::vector<MovedBytes> records;
  for (int i = 0; i < 100; ++i) records.emplace_back((i * 37) % 100);
  const auto sorted = std::move(records) | sortBy(&MovedBytes::number) | map(&MovedBytes::number) | collect();
  REQUIRE(sorted.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
}

}  // namespace
