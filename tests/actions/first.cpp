// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/first.hpp>

#include <memory>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;

constexpr int numbers[]{4, 2};
static_assert((numbers | first()) == 4);
static_assert(!(numbers | isEmpty()));
static_assert(numbers | filter([](int x) { return x > 9; }) | isEmpty());

TEST_CASE("first, isEmpty: nothing behind the first record is computed") {
  int seen = 0;
  const auto counted = map([&seen](int x) {
    ++seen;
    return x;
  });
  CHECK((ranges::views::iota(3, 1000000) | counted | first()) == 3);
  CHECK(!(ranges::views::iota(3, 1000000) | counted | isEmpty()));
  CHECK(seen == 2);
}

TEST_CASE("first, isEmpty: empty partitions before; nothing; views are kept") {
  const std::vector<int> some{1, 2, 3, 4};
  const auto large = filter([](int x) { return x > 3; });
  support::Crew crew(2, 4);
  CHECK((parallelize(some, 4) | on(crew) | large | first()) == 4);
  CHECK(!(parallelize(some, 4) | on(crew) | large | isEmpty()));
  CHECK((std::vector<int>{} | isEmpty()));
  CHECK_THROWS_AS((std::vector<int>{} | first()), std::out_of_range);
  const std::string word = std::vector<std::string>{"to"} | map([](const std::string& text) { return std::string_view(text); }) | first();
  CHECK(word == "to");
}

TEST_CASE("first: what only moves, flags, what cannot be assigned") {
  const auto three = std::vector{3} | map([](int x) { return std::make_unique<int>(x); }) | first();
  CHECK(*three == 3);
  CHECK((std::vector<bool>{true, false} | first()));
  struct Fixed {
    const int number;
  };
  CHECK((std::vector{4, 5} | map([](int x) { return Fixed{x}; }) | first()).number == 4);
}

}  // namespace
