// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/context.hpp>

#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using dstream::Configuration;
using dstream::Context;

std::size_t workersOf(const std::string& master) {
    dstream::testing::World world;  // of two cores
    Context context(master, "c", {}, world);
    return context.runner().slots();
}

TEST_CASE("context: masters") {
    CHECK(workersOf("local") == 1);
    CHECK(workersOf("local[1]") == 1);
    CHECK(workersOf("local[7]") == 7);
    CHECK(workersOf("local[007]") == 7);
    CHECK(workersOf("local[4096]") == 4096);
    CHECK(workersOf("local[*]") == 2);
}

TEST_CASE("context: other masters are refused, in words that name them") {
    for (const std::string master : {"", "Local", "local ", " local", "local[]", "local[0]", "local[-1]", "local[+1]", "local[ 1]", "local[1 ]",
                                     "local[1.5]", "local[4097]", "local[99999999999999999999999]", "local[**]", "local[2", "local2]", "local[2]x",
                                     "local[2][2]", "local[2,3]", "spark://host:7077", "yarn"}) {
        CAPTURE(master);
        std::string text;
        try {
            workersOf(master);
        } catch (const std::invalid_argument& error) {
            text = error.what();
        }
        CHECK(text == "dstream: master \"" + master + "\" is not known; it is local, local[N] with N from 1 to 4096, or local[*]");
    }
}

TEST_CASE("context: a configuration that does not hold is refused") {
    dstream::testing::World world;
    CHECK_THROWS_AS(Context("local", "c", Configuration{.blockBytes = 1}, world), std::invalid_argument);
    CHECK_THROWS_AS(Context("local", "c", Configuration{.maxRecordBytes = 0}), std::invalid_argument);
}

TEST_CASE("context: its name, configuration and world") {
    dstream::testing::World world;
    Context context("local", "my app", {.maxBatchBytes = 7}, world);
    CHECK(context.name() == "my app");
    CHECK(context.configuration().maxBatchBytes == 7);
    CHECK(&context.world() == &world);
}

TEST_CASE("context: stopped, it has no workers; stopping again does nothing") {
    dstream::testing::World world;
    Context context("local", "c", {}, world);
    CHECK_FALSE(context.isStopped());
    context.stop();
    context.stop();
    CHECK(context.isStopped());
    CHECK_THROWS_AS(context.runner(), dstream::IllegalState);
}

TEST_CASE("context: parallelize on real workers") {
    Context context("local[3]", "c");
    std::vector<long> numbers(10'000);
    std::iota(numbers.begin(), numbers.end(), 0L);
    const auto twice = context.parallelize(numbers) | dstream::map([](long n) { return n * 2; });
    CHECK((twice | dstream::sum()) == 9'999L * 10'000L);
    std::vector<long> expected(numbers);
    for (long& n : expected) n *= 2;
    CHECK((twice | dstream::collect()) == expected);
}

}  // namespace
