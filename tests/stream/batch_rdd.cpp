// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/batch_rdd.hpp>

#include <array>
#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/functions.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/operators/filter.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/reduceByKey.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Numbers = std::vector<int>;

/// A batch over a range of ours.
template <class T>
auto batchOf(const std::vector<T>& records) {
    Batch batch;
    batch.seq = 5;
    batch.time = {7'000'000};
    return BatchRdd{detail::headOf(records), batch};
}

const Numbers numbers{3, 1, 2};
const Numbers none;

TEST_CASE("batch_rdd: its identity") {
    const auto batch = batchOf(numbers);
    CHECK(batch.batch().seq == 5);
    CHECK(batch.time().milliseconds() == 7);
}

TEST_CASE("batch_rdd: actions as members, on a const batch, each as often as wanted") {
    const auto batch = batchOf(numbers);
    for (int i = 0; i < 2; ++i) {
        CHECK(batch.collect() == numbers);
        CHECK(batch.count() == 3);
        CHECK(batch.take(2) == Numbers{3, 1});
        CHECK(batch.take(0).empty());
        CHECK(batch.take(100) == numbers);
        CHECK(batch.first() == 3);
        CHECK_FALSE(batch.isEmpty());
        CHECK(batch.sum() == 6);
        CHECK(batch.sum(inAnyOrder) == 6);
        CHECK(batch.collect<std::array<int, 3>>() == std::array{3, 1, 2});
        Numbers target(4);
        CHECK(batch.collectInto(target) == 3);
        CHECK(target == Numbers{3, 1, 2, 0});
        CHECK(batch.fold(10, plus) == 16);
        CHECK(batch.reduce([](int a, int b) { return a > b ? a : b; }) == 3);
    }
}

TEST_CASE("batch_rdd: an empty batch") {
    const auto batch = batchOf(none);
    CHECK(batch.collect().empty());
    CHECK(batch.count() == 0);
    CHECK(batch.isEmpty());
    CHECK(batch.sum() == 0);
    CHECK(batch.fold(10, plus) == 10);
    CHECK_THROWS_AS(batch.first(), std::out_of_range);
    CHECK_THROWS_AS(batch.reduce(plus), std::out_of_range);
    int calls = 0;
    batch.foreach([&](int) { ++calls; });
    CHECK(calls == 0);
}

TEST_CASE("batch_rdd: foreach calls once for each record") {
    int total = 0;
    batchOf(numbers).foreach([&](int n) { total += n; });
    CHECK(total == 6);
}

TEST_CASE("batch_rdd: operators and actions follow by |") {
    const auto batch = batchOf(numbers);
    CHECK((batch | map([](int n) { return n * 10; }) | collect()) == Numbers{30, 10, 20});
    CHECK((batch | filter([](int n) { return n > 1; }) | sum()) == 5);
    const auto keyed = batch | map([](int n) { return std::pair{n % 2, n}; }) | reduceByKey(plus) | collect();
    CHECK(keyed.size() == 2);
}

TEST_CASE("batch_rdd: what actions return is owned, though the records are views") {
    std::vector<std::string> kept;
    std::string first;
    {
        const std::vector<std::string> words{"one that is too long for a small string", "two"};
        const auto views = detail::headOf(words) | map([](const std::string& word) { return std::string_view(word); });
        const BatchRdd batch{views, Batch{}};
        kept = batch.collect();
        first = batch.first();
    }
    CHECK(kept == std::vector<std::string>{"one that is too long for a small string", "two"});
    CHECK(first == kept[0]);
}

TEST_CASE("batch_rdd: value is the only record") {
    CHECK(batchOf(Numbers{7}).value() == 7);
    CHECK_THROWS_AS(batchOf(Numbers{}).value(), std::out_of_range);
    CHECK_THROWS_AS(batchOf(numbers).value(), std::length_error);
}

TEST_CASE("batch_rdd: partitions") {
    auto batch = batchOf(numbers);
    CHECK(batch.getNumPartitions() == 1);
    Batch identity;
    BatchRdd keyed{detail::headOf(numbers) | map([](int n) { return std::pair{n, n}; }) | reduceByKey(plus, 3), identity};
    CHECK(keyed.getNumPartitions() == 3);
    CHECK(keyed.count() == 3);
}

}  // namespace
