// SPDX-License-Identifier: BSL-1.0
#include <dstream/actions/value.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("value: the only record") {
  CHECK((std::vector{7} | value()) == 7);
  const std::vector<std::string_view> one{"text"};
  static_assert(std::is_same_v<decltype(one | value()), std::string>);
  CHECK((one | value()) == "text");
}

TEST_CASE("value: none, or more than one") {
  CHECK_THROWS_AS(std::vector<int>{} | value(), std::out_of_range);
  CHECK_THROWS_AS(std::vector({1, 2}) | value(), std::length_error);
  CHECK_THROWS_AS(parallelize(std::vector{1, 2}, 5) | value(), std::length_error);
  CHECK((parallelize(std::vector{1}, 5) | value()) == 1);
}

TEST_CASE("value: of a move-only type") {
  std::vector<std::unique_ptr<int>> records;
  records.push_back(std::make_unique<int>(3));
  CHECK(*(std::move(records) | value()) == 3);
}

}  // namespace
