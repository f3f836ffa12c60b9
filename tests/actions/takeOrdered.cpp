// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/takeOrdered.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core.hpp>

#include "support/catch.hpp"
#include "support/everywhere.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;

TEST_CASE("takeOrdered, top: as sorting all, at any slicing; of equal ones the first") {
  const std::uint64_t seed = 71;
  CAPTURE(seed);
  support::Random random(seed);
  using Pairs = std::vector<std::pair<int, int>>;
  Pairs records;
  for (int i = 0; i < 300; ++i) records.emplace_back(random.between(0, 20), i);
  const auto byFirst = [](const auto& left, const auto& right) { return left.first < right.first; };
  Pairs smallest = records;
  std::sort(smallest.begin(), smallest.end());
  Pairs largest = records;
  std::sort(largest.begin(), largest.end(), [](const auto& left, const auto& right) { return std::pair{-left.first, left.second} < std::pair{-right.first, right.second}; });
  support::Crew crew(3);
  for (const std::size_t n : {1U, 7U, 100U, 1000U}) {
    const auto expected = std::min(n, records.size());
    const Pairs small(smallest.begin(), smallest.begin() + static_cast<std::ptrdiff_t>(expected));
    const Pairs large(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(expected));
    CHECK((records | takeOrdered(n, byFirst)) == small);
    CHECK((records | top(n, byFirst)) == large);
    CHECK((parallelize(records, 4) | on(crew) | takeOrdered(n, byFirst)) == small);
    CHECK((parallelize(records, 4) | on(crew) | top(n, byFirst)) == large);
  }
}

TEST_CASE("takeOrdered, top: none asked, none there, all there; views are kept, owned records are moved") {
  const std::vector<int> numbers{3, 1, 2};
  CHECK((numbers | takeOrdered(0)).empty());
  CHECK((std::vector<int>{} | top(3)).empty());
  CHECK((numbers | takeOrdered(static_cast<std::size_t>(-1))) == std::vector{1, 2, 3});
  const std::vector<std::string> words{"a longer text than fits", "c", "b"};
  CHECK((words | map([](const std::string& word) { return std::string_view(word); }) | top(2)) == std::vector<std::string>{"c", "b"});
  const auto unique = map([](int i) { return std::make_unique<int>(i); });
  CHECK(*(numbers | unique | takeOrdered(2, [](const auto& left, const auto& right) { return *left < *right; }))[1] == 2);
  CHECK_THROWS_WITH((numbers | top(1, [](int, int) -> bool { throw std::runtime_error("no order"); })), "no order");
}

}  // namespace
