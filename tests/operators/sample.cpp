// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/sample.hpp>

#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/iota.hpp>
#include <stdexcept>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"

namespace {

using namespace dstream;

constexpr std::array three{1, 2, 3};
static_assert((three | sample(1, 7) | sum()) == 6);
static_assert((three | sample(0, 7) | sum()) == 0);

TEST_CASE("sample: the same records whatever the workers; others with another seed or in another partition") {
  const auto numbers = ranges::views::iota(0, 4000) | ranges::to<std::vector>();
  const auto chosen = parallelize(numbers, 4) | sample(0.25, 1) | collect();
  CHECK(chosen.size() > 850);
  CHECK(chosen.size() < 1150);
  for (const std::size_t workers : {1U, 2U, 4U}) {
    support::Crew crew(workers, 256);
    CHECK((parallelize(numbers, 4) | on(crew) | sample(0.25, 1) | collect()) == chosen);
  }
  CHECK((parallelize(numbers, 4) | sample(0.25, 2) | collect()) != chosen);
  const auto places = [&](int partition) {
    return chosen | filter([=](int x) { return x / 1000 == partition; }) | map([](int x) { return x % 1000; }) | collect();
  };
  CHECK(places(0) != places(1));
}

TEST_CASE("sample: take stops; nothing; records that only move; fractions out of range") {
  CHECK((ranges::views::iota(0, 1000000000) | sample(0.5, 3) | take(10)).size() == 10);
  CHECK((std::vector<int>{} | sample(0.5, 3) | collect()).empty());
  CHECK((three | map([](int x) { return std::make_unique<int>(x); }) | sample(1, 3) | collect()).size() == 3);
  CHECK_THROWS_AS(sample(1.5, 1), std::invalid_argument);
  CHECK_THROWS_AS(sample(-0.5, 1), std::invalid_argument);
  CHECK_THROWS_AS(sample(std::numeric_limits<double>::quiet_NaN(), 1), std::invalid_argument);
}

}  // namespace
