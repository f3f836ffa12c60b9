// SPDX-License-Identifier: BSL-1.0
#include <dstream/shuffle/few_values.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::detail::FewValues;

static_assert(std::is_nothrow_move_constructible_v<FewValues<std::string>>, "a table that grows moves them");
static_assert(std::is_same_v<dstream::Kept<FewValues<int>>, FewValues<int>>);

template <class T>
std::vector<T> valuesOf(const FewValues<T>& few) {
  std::vector<T> values;
  for (std::size_t i = 0; i < few.size(); ++i) values.push_back(few[i]);
  return values;
}

TEST_CASE("few_values: none, one and many, in the order in which they came") {
  FewValues<std::string> few;
  CHECK(few.empty());
  CHECK(few.size() == 0);
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back("value " + std::to_string(i) + ", too long to lie in a string");
    few.push_back(std::string(expected.back()));
    REQUIRE_FALSE(few.empty());
    REQUIRE(valuesOf(few) == expected);
  }
  const FewValues<std::string> moved = std::move(few);
  CHECK(valuesOf(moved) == expected);
}

TEST_CASE("few_values: behind any number stands any number of another's") {
  for (int here = 0; here < 4; ++here)
    for (int there = 0; there < 4; ++there) {
      FewValues<int> few;
      FewValues<int> others;
      std::vector<int> expected;
      for (int i = 0; i < here; ++i) few.push_back(int{i}), expected.push_back(i);
      for (int i = 0; i < there; ++i) others.push_back(10 + i), expected.push_back(10 + i);
      few.append(std::move(others));
      CHECK(valuesOf(few) == expected);
    }
}

TEST_CASE("few_values: values that can only be moved") {
  FewValues<std::unique_ptr<int>> few;
  for (int i = 0; i < 3; ++i) few.push_back(std::make_unique<int>(i));
  REQUIRE(few.size() == 3);
  CHECK(*few[2] == 2);
}

}  // namespace
