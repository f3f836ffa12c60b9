// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/repartition.hpp>

#include <cstddef>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/testing.hpp>

#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;
using Parts = std::vector<std::vector<int>>;

constexpr int three[]{1, 2, 3};
static_assert((parallelize(three, 3) | coalesce(2) | sum()) == 6);

TEST_CASE("repartition: as many as asked, evenly, in order") {
  const std::vector<int> numbers{1, 2, 3, 4, 5};
  const auto odd = filter([](int x) { return x % 2 != 0; });
  support::Crew crew(3, 4);
  for (const std::size_t parts : {1U, 2U, 7U}) {
    CHECK((parallelize(numbers, parts) | on(crew) | odd | repartition(2) | glom() | collect()) == Parts{{1}, {3, 5}});
    CHECK((parallelize(numbers, parts) | odd | repartition(4) | glom() | collect()) == Parts{{}, {1}, {3}, {5}});
  }
  CHECK((std::vector<int>{} | repartition(3) | glom() | collect()) == Parts(3));
  CHECK_THROWS_AS(repartition(0), std::invalid_argument);
}

TEST_CASE("repartition: views are kept, owned records are moved; what throws reaches the caller") {
  const std::vector<std::string> words{"to", "be"};
  const auto asViews = map([](const std::string& word) { return std::string_view(word); });
  support::everywhereInOrder(words, asViews | repartition(3), words);
  support::Tally tally;
  CHECK((support::counters(5, tally) | repartition(2) | map(&support::CopyCounter::value) | sum()) == 15);
  CHECK(tally.copies == 0);
  CHECK(tally.alive == 0);
  CHECK_THROWS_WITH((std::vector{1} | map([](int) -> int { throw std::runtime_error("one"); }) | repartition(2) | collect()), "one");
}

TEST_CASE("coalesce: neighbours together, nothing kept, whatever the slices") {
  const auto numbers = ranges::views::iota(0, 7) | ranges::to<std::vector>();
  CHECK((parallelize(numbers, 7) | coalesce(3) | glom() | collect()) == Parts{{0, 1}, {2, 3}, {4, 5, 6}});
  CHECK((parallelize(numbers, 2) | coalesce(5) | glom() | collect()) == Parts{{0, 1, 2}, {3, 4, 5, 6}});
  support::everywhereInOrder(numbers, coalesce(2), numbers);
  CHECK((parallelize(numbers, 7) | coalesce(2) | take(4)) == std::vector{0, 1, 2, 3});
  CHECK_THROWS_AS(coalesce(0), std::invalid_argument);
}

TEST_CASE("repartition, coalesce: on a stream") {
  auto driver = testing::drive<int>(repartition(2) | glom());
  CHECK(driver.feed({1, 2, 3}) == Parts{{1}, {2, 3}});
  CHECK(driver.tick() == Parts(2));
  auto coalesced = testing::drive<int>(coalesce(1) | glom());
  CHECK(coalesced.feedPartitions({{1}, {2, 3}}) == Parts{{1, 2, 3}});
}

}  // namespace
