// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/config.hpp>

#include <type_traits>

#include <dstream/core/runner.hpp>

#include "support/catch.hpp"

namespace {

TEST_CASE("the inline namespace and the version") {
  CHECK(std::is_same_v<dstream::Inline, dstream::v0::Inline>);
  CHECK(DSTREAM_VERSION_MAJOR == 0);
  CHECK(DSTREAM_VERSION_MINOR >= 1);
  CHECK(DSTREAM_VERSION_PATCH >= 0);
}

}  // namespace
