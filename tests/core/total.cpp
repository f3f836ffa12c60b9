// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/total.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <dstream/core/range_rdd.hpp>

#include "support/catch.hpp"

namespace {

using dstream::Max;
using dstream::Min;
using dstream::Plus;
using dstream::detail::totalOf;
using dstream::detail::Totals;

static_assert(Totals<Plus, std::int64_t> && Totals<Max, int> && Totals<Min, unsigned char>);
static_assert(!Totals<Plus, std::string>, "no identity is known");
static_assert(!Totals<Max, double>, "the least double is not neutral: there are NaNs");

TEST_CASE("a total says whether there was a record, also where all are neutral", "[total]") {
  std::vector<int> numbers;
  auto none = dstream::detail::headOf(numbers);
  CHECK_FALSE(totalOf(none, Plus{}).any);
  CHECK_FALSE(totalOf(none, Max{}).any);
  numbers.assign(3, 0);
  auto zeros = dstream::detail::headOf(numbers);
  CHECK(totalOf(zeros, Plus{}).any);
  CHECK(totalOf(zeros, Plus{}).value == 0);
  numbers.assign(3, std::numeric_limits<int>::lowest());
  auto least = dstream::detail::headOf(numbers);
  CHECK(totalOf(least, Max{}).any);
  CHECK(totalOf(least, Max{}).value == std::numeric_limits<int>::lowest());
}

TEST_CASE("totals are those of the standard library, at every length", "[total]") {
  std::mt19937 random{11};
  std::uniform_int_distribution<int> any{-1000, 1000};
  std::vector<int> numbers;
  for (int length = 1; length <= 300; ++length) {
    numbers.push_back(any(random));
    auto rdd = dstream::detail::headOf(numbers);
    REQUIRE(totalOf(rdd, Plus{}).value == std::accumulate(numbers.begin(), numbers.end(), 0));
    REQUIRE(totalOf(rdd, Max{}).value == *std::max_element(numbers.begin(), numbers.end()));
    REQUIRE(totalOf(rdd, Min{}).value == *std::min_element(numbers.begin(), numbers.end()));
  }
}

}  // namespace
