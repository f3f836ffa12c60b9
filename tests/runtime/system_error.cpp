// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/system_error.hpp>

#include <cerrno>
#include <string>
#include <system_error>

#include "support/catch.hpp"

namespace {

TEST_CASE("SystemError names the call, and the reason in the system's words") {
  const dstream::SystemError error(ENOSPC, "eventfd");
  CHECK(error.error() == ENOSPC);
  CHECK(error.what() == "eventfd: " + std::generic_category().message(ENOSPC));
}

TEST_CASE("reasonOf: a number that is no error has words too") {
  CHECK(dstream::detail::reasonOf(123'456) == std::generic_category().message(123'456));
  CHECK_FALSE(dstream::detail::reasonOf(-1).empty());
}

TEST_CASE("strerror_r: the text lies in the buffer, or elsewhere") {
  CHECK(dstream::detail::textOf(0, "in the buffer") == std::string("in the buffer"));
  CHECK(dstream::detail::textOf("elsewhere", "") == std::string("elsewhere"));
}

}  // namespace
