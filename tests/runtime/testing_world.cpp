// SPDX-License-Identifier: BSL-1.0
// The contract of every World, kept by the one on a single thread.
#include <dstream/testing/world.hpp>

#include "runtime/world_contract.hpp"
#include "support/catch.hpp"

namespace {

TEST_CASE("testing::World keeps the contract of every World") {
    for (const auto& [name, run] : contract::cases) {
        DYNAMIC_SECTION(name) {
            dstream::testing::World world;
            run(world);
            CHECK(world.actors() == 0);
        }
    }
}

}  // namespace
