// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/driver.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
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

TEST_CASE("driver: what the pipeline throws, feed throws once, and later batches are their own") {
    auto driver = testing::drive<int>(map([](int n) {
        if (n == 2) throw std::runtime_error("two");
        if (n == 3) throw std::logic_error("three");
        return n;
    }));
    CHECK(driver.feed({1}) == Numbers{1});
    CHECK_THROWS_WITH(driver.feed({2}), "two");
    CHECK(driver.feed({1}) == Numbers{1});
    CHECK_THROWS_WITH(driver.feed({3}), "three");
    CHECK_THROWS_WITH(driver.feed({2, 1}), "two");
    CHECK(driver.feed({}).empty());
    CHECK(driver.tick().empty());
    CHECK(driver.feed({4}) == Numbers{4});
}

TEST_CASE("driver: the same exception object in two batches is two errors") {
    const auto same = std::make_exception_ptr(std::runtime_error("same"));
    auto driver = testing::drive<int>(map([same](int n) {
        if (n == 0) std::rethrow_exception(same);
        return n;
    }));
    CHECK_THROWS_WITH(driver.feed({0}), "same");
    CHECK_THROWS_WITH(driver.feed({0}), "same");
    CHECK(driver.feed({1}) == Numbers{1});
}

TEST_CASE("driver: a batch that cannot be formed throws too") {
    auto driver = testing::drive<int>(transform([](auto batch, Time time) {
        if (time.nanoseconds == 1'001'000'000'000) throw std::runtime_error("transform");
        return batch;
    }));
    CHECK_THROWS_WITH(driver.feed({1}), "transform");
    CHECK(driver.feed({2}) == Numbers{2});
}

TEST_CASE("driver: a graph of two sources") {
    using Pair = std::pair<std::string, int>;
    BatchQueue<Pair> left, right;
    auto driver = testing::drive([&](StreamingContext& stream) { return stream.queueStream(left) | join(stream.queueStream(right)); });
    left.push({{"a", 1}, {"b", 2}});
    right.push({{"a", 3}});
    using Joined = std::vector<std::pair<std::string, std::pair<int, int>>>;
    CHECK(driver.tick() == Joined{{"a", {1, 3}}});
    left.push({{"a", 1}});
    CHECK(driver.tick().empty());
    CHECK(driver.next() == Joined{});
}

TEST_CASE("driver: a graph with a socket of the test's") {
    std::optional<testing::Peer> peer;
    auto driver = testing::drive([](StreamingContext& stream) {
        static_cast<testing::World&>(stream.context().world()).listen("host", 1);
        return stream.socketTextStream("host", 1) | flatMap(splitWords);
    });
    CHECK(driver.tick().empty());
    peer = driver.world().accept("host", 1);
    peer->send("a b\nc");
    CHECK(driver.tick() == std::vector<std::string>{"a", "b"});
    peer->send("\n");
    CHECK(driver.tick() == std::vector<std::string>{"c"});
}

TEST_CASE("driver: no batch is not an empty one; a graph has the interval it is given") {
    BatchQueue<int> queue;
    auto driver = testing::drive([&](StreamingContext& stream) { return stream.queueStream(queue) | window(300ms, 200ms); },
                                 {.interval = 100ms, .start = 0});
    CHECK(driver.slide() == 200ms);
    std::vector<std::optional<Numbers>> windows;
    for (const int n : {1, 2, 3, 4}) {
        queue.push({n});
        windows.push_back(driver.next());
    }
    CHECK(windows == std::vector<std::optional<Numbers>>{std::nullopt, Numbers{1, 2}, std::nullopt, Numbers{2, 3, 4}});
    CHECK(driver.world().now(Clock::Wall) == 400'000'000);
}

TEST_CASE("driver: shuffled tasks change no result") {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        auto driver = testing::drive<int>(map([](int n) { return n + 1; }), {.workers = 3, .taskSeed = seed});
        CHECK(driver.feedPartitions({{1, 2}, {3}, {4, 5}}) == Numbers{2, 3, 4, 5, 6});
    }
}

}  // namespace
