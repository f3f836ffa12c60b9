// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/driver.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

TEST_CASE("driver: feed gives one batch and what became of it") {
    auto driver = testing::drive<std::string>(flatMap(splitWords) | count());
    CHECK(driver.feed({"a b", "c"}) == std::vector<std::int64_t>{3});
    CHECK(driver.feed({}) == std::vector<std::int64_t>{0});
    CHECK(driver.feed({"d"}) == std::vector<std::int64_t>{1});
}

TEST_CASE("driver: partitions, and ticks at which nothing came") {
    auto driver = testing::drive<int>(map([](int n) { return n + 1; }));
    CHECK(driver.feedPartitions({{1}, {}, {2, 3}}) == Numbers{2, 3, 4});
    CHECK(driver.tick().empty());
    CHECK(driver.feed({5}) == Numbers{6});
    CHECK(driver.world().now(Clock::Steady) == 3'000'000'000);
}

TEST_CASE("driver: records that are views are given as owners; any number of workers") {
    for (const std::size_t workers : {1U, 2U, 7U}) {
        auto driver = testing::drive<std::string>(flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus), workers);
        auto counts = driver.feed({"b a a longer words than fit into small strings", "a longer"});
        std::sort(counts.begin(), counts.end());
        CHECK(std::find(counts.begin(), counts.end(), std::pair<std::string, long>{"a", 3}) != counts.end());
        CHECK(std::find(counts.begin(), counts.end(), std::pair<std::string, long>{"longer", 2}) != counts.end());
        CHECK(counts.size() == 9);
    }
}

TEST_CASE("driver: what the pipeline throws, feed throws") {
    auto driver = testing::drive<int>(map([](int n) {
        if (n == 2) throw std::runtime_error("two");
        return n;
    }));
    CHECK(driver.feed({1}) == Numbers{1});
    CHECK_THROWS_AS(driver.feed({2}), std::runtime_error);
}

}  // namespace
