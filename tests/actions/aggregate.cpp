// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/aggregate.hpp>

#include <array>
#include <cstddef>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;

constexpr auto add = [](std::pair<long, long> mean, int x) { return std::pair{mean.first + x, mean.second + 1}; };
constexpr auto join = [](std::pair<long, long> left, std::pair<long, long> right) { return std::pair{left.first + right.first, left.second + right.second}; };
constexpr std::array numbers{1, 2, 3};
static_assert((numbers | aggregate(std::pair{0L, 0L}, add, join)) == std::pair{6L, 3L});

TEST_CASE("aggregate: the same at any slicing; zero for nothing; small and large accumulators") {
  const auto many = ranges::views::iota(0, 1000) | ranges::to<std::vector>();
  const auto insert = [](std::set<int> set, int x) {
    set.insert(x % 17);
    return set;
  };
  const auto unite = [](std::set<int> left, const std::set<int>& right) {
    left.insert(right.begin(), right.end());
    return left;
  };
  support::Crew crew(3);
  for (const std::size_t parts : {1U, 2U, 7U}) {
    CHECK((parallelize(many, parts) | on(crew) | aggregate(std::pair{0L, 0L}, add, join)) == std::pair{499500L, 1000L});
    CHECK((parallelize(many, parts) | on(crew) | aggregate(std::set<int>{}, insert, unite)).size() == 17);
  }
  CHECK((std::vector<int>{} | aggregate(7L, plus, plus)) == 7);
}

using Histogram = std::array<long, 16>;
constexpr auto countIn = [](Histogram& all, int x) { ++all[static_cast<std::size_t>(x % 16)]; };
constexpr auto addTo = [](Histogram& all, const Histogram& more) {
  for (std::size_t i = 0; i < all.size(); ++i) all[i] += more[i];
};
static_assert((numbers | aggregate(Histogram{}, countIn, addTo))[3] == 1);
static_assert((numbers | aggregate(0L, [](long& sum, int x) { sum += x; }, plus)) == 6);

TEST_CASE("aggregate: functions that change their accumulator, at any slicing, without a copy of it per record") {
  const auto many = ranges::views::iota(0, 1600) | ranges::to<std::vector>();
  Histogram even;
  even.fill(100);
  support::Crew crew(3);
  for (const std::size_t parts : {1U, 2U, 7U})
    CHECK((parallelize(many, parts) | on(crew) | aggregate(Histogram{}, countIn, addTo)) == even);

  struct Counted {
    int sum = 0;
    int copies = 0;
    Counted() = default;
    Counted(const Counted& other) : sum(other.sum), copies(other.copies + 1) {}
    Counted& operator=(const Counted&) = default;
    ~Counted() {}
  };
  const Counted counted = many | aggregate(Counted{}, [](Counted& all, int x) { all.sum += x; }, [](Counted&, const Counted&) {});
  CHECK(counted.sum == 1600 * 1599 / 2);
  CHECK(counted.copies < 8);
}

TEST_CASE("aggregate: what the functions throw reaches the caller") {
  const auto failing = [](int, int) -> int { throw std::runtime_error("no"); };
  CHECK_THROWS_WITH((numbers | aggregate(0, failing, plus)), "no");
}

}  // namespace
