// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/errors.hpp>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "support/catch.hpp"

namespace {

static_assert(std::is_base_of_v<std::logic_error, dstream::IllegalState>);
static_assert(!std::is_base_of_v<std::invalid_argument, dstream::IllegalState>);

TEST_CASE("errors: an IllegalState is a logic_error with its words") {
    try {
        throw dstream::IllegalState("dstream: words");
    } catch (const std::logic_error& error) {
        CHECK(std::string(error.what()) == "dstream: words");
    }
}

}  // namespace
