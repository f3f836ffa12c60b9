// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/no_fault.hpp>

#include <exception>
#include <type_traits>

#include <dstream/stream/errors.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

TEST_CASE("NoFault: an outage is one, and an exception with a text") {
  static_assert(std::is_base_of_v<NoFault, Outage> && std::is_base_of_v<std::exception, Outage>);
  static_assert(!std::is_base_of_v<NoFault, IllegalState>);
  CHECK_THROWS_AS(throw Outage("away"), NoFault);
  CHECK_THROWS_WITH(throw Outage("away"), "away");
}

}  // namespace
