// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/history.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::History;
using dstream::Time;

std::vector<std::pair<std::int64_t, int>> all(const History<int>& history) {
  std::vector<std::pair<std::int64_t, int>> entries;
  history.each([&](Time time, int value) { entries.emplace_back(time.nanoseconds, value); });
  return entries;
}

TEST_CASE("history: oldest first, found by time, dropped from the old end") {
  History<int> history;
  CHECK(history.empty());
  CHECK(history.find({1}) == nullptr);
  for (const int i : {1, 2, 4}) history.add({i}, i * 10);
  CHECK(all(history) == std::vector<std::pair<std::int64_t, int>>{{1, 10}, {2, 20}, {4, 40}});
  REQUIRE(history.find({2}) != nullptr);
  CHECK(history.find({2})->value == 20);
  CHECK(history.find({3}) == nullptr);
  CHECK(history.last().value == 40);
  history.dropUntil({3});
  CHECK(all(history) == std::vector<std::pair<std::int64_t, int>>{{4, 40}});
  history.dropFirst();
  CHECK(history.empty());
  history.add({9}, 90);
  CHECK(history.first()->value == 90);
  CHECK(history.last().value == 90);
}

TEST_CASE("history: values that can neither be copied nor assigned; moved as a whole; long ones go without recursion") {
  struct Fixed {
    explicit Fixed(int n) : value(std::make_unique<int>(n)) {}
    const std::unique_ptr<int> value;
    Fixed(Fixed&& other) noexcept : value(std::make_unique<int>(*other.value)) {}
    Fixed(const Fixed&) = delete;
    Fixed& operator=(const Fixed&) = delete;
    ~Fixed() = default;
  };
  History<Fixed> history;
  for (int i = 0; i < 200'000; ++i) history.add({i}, Fixed(i));
  History<Fixed> other = std::move(history);
  CHECK(*other.last().value.value == 199'999);
  history = std::move(other);
  CHECK(*history.first()->value.value == 0);
}

}  // namespace
