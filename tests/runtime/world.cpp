// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/world.hpp>

#include <type_traits>

#include "support/catch.hpp"

namespace {

using namespace dstream;

static_assert(std::has_virtual_destructor_v<World> && std::is_abstract_v<World>);
static_assert(std::has_virtual_destructor_v<Connection> && std::has_virtual_destructor_v<Workers>);
static_assert(!std::is_destructible_v<Actor>, "an actor is owned by whoever spawned it, never by the world");

TEST_CASE("world: a step's wish in order of time: at once, at a moment, when woken") {
    CHECK(Step::ready().until < Step::at(0).until);
    CHECK(Step::at(0).until < Step::at(1).until);
    CHECK(Step::at(1).until < Step::idle().until);
    CHECK(Step::idle().until == never);
}

}  // namespace
