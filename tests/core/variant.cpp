// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/variant.hpp>

#include <optional>
#include <string>
#include <tuple>
#include <variant>

#include "support/catch.hpp"

namespace {

using dstream::detail::isVariant;

TEST_CASE("variant: known by its shape, and nothing else is taken for one") {
  STATIC_REQUIRE(isVariant<std::variant<int>>);
  STATIC_REQUIRE(isVariant<std::variant<std::monostate, std::string, std::variant<int, int>>>);
  STATIC_REQUIRE_FALSE(isVariant<std::tuple<int, std::string>>);
  STATIC_REQUIRE_FALSE(isVariant<std::optional<std::variant<int>>>);
  STATIC_REQUIRE_FALSE(isVariant<int>);
}

}  // namespace
