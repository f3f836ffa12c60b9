// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/can_keep.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace can_keep_cases {

/// As a tree of JSON is: a container of itself.
struct Tree {
  using value_type = Tree;
  using allocator_type = std::allocator<Tree>;
  std::vector<int> leaves;
};

}  // namespace can_keep_cases

template <>
struct dstream::Owned<can_keep_cases::Tree> : dstream::KeptAsIs<can_keep_cases::Tree> {};

namespace can_keep_cases {

using namespace dstream;

TEST_CASE("canKeep: a record can be kept that is at its end, or whose parts can be copied") {
  using Only = std::unique_ptr<int>;
  using detail::canOwn;
  STATIC_REQUIRE(canOwn<Only>);
  STATIC_REQUIRE(canOwn<Only&&>);
  STATIC_REQUIRE_FALSE(canOwn<const Only&>);
  STATIC_REQUIRE_FALSE(canOwn<Only&>);
  STATIC_REQUIRE(canOwn<std::vector<Only>>);
  STATIC_REQUIRE_FALSE(canOwn<const std::vector<Only>&>);
  STATIC_REQUIRE_FALSE(canOwn<const std::map<int, std::vector<Only>>&>);
  STATIC_REQUIRE(canOwn<std::pair<int, Only>>);
  STATIC_REQUIRE_FALSE(canOwn<std::pair<int, const Only&>>);
  STATIC_REQUIRE_FALSE(canOwn<const std::pair<int, std::vector<Only>>&>);
  STATIC_REQUIRE_FALSE(canOwn<std::pair<int, std::pair<const std::vector<Only>&, int>>>);
  STATIC_REQUIRE_FALSE(canOwn<const std::optional<Only>&>);
  STATIC_REQUIRE(canOwn<const std::pair<int, std::vector<std::string_view>>&>);
  STATIC_REQUIRE(canOwn<std::tuple<const std::string&, std::string_view, std::optional<int>&>>);
  STATIC_REQUIRE(canOwn<const Tree&>);
}

TEST_CASE("canKeep: containers can be copied when their elements can") {
  using detail::canCopy;
  STATIC_REQUIRE(canCopy<std::vector<std::string>>);
  STATIC_REQUIRE(canCopy<std::pair<const std::string&, int>>);
  STATIC_REQUIRE_FALSE(canCopy<std::vector<std::vector<std::unique_ptr<int>>>>);
  STATIC_REQUIRE_FALSE(canCopy<std::tuple<int, std::unique_ptr<int>>>);
  STATIC_REQUIRE(canCopy<Tree>);
}

}  // namespace can_keep_cases
