// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/sample.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
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

TEST_CASE("sample: a record is chosen when the number in [0, 1) that is drawn for it is below the fraction") {
  const auto numbers = ranges::views::iota(0, 5000) | ranges::to<std::vector>();
  const std::uint64_t seed = detail::scramble(detail::scramble(9));
  const auto drawn = [&](int i) { return static_cast<double>(detail::scramble(seed ^ static_cast<std::uint64_t>(i)) >> 11) * 0x1p-53; };
  const double one = drawn(1234);
  for (const double fraction : {0.1, 1.0 / 3, one, std::nextafter(one, 0), std::nextafter(one, 1), 0x1p-60, 1 - 0x1p-53})
    CHECK((numbers | sample(fraction, 9) | collect()) == (numbers | filter([&](int i) { return drawn(i) < fraction; }) | collect()));
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
