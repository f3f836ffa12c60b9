// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/rangeStream.hpp>

#include <chrono>
#include <list>
#include <numeric>
#include <ranges>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::messageOf;
using Numbers = std::vector<int>;

/// The batches of a range until its stream comes to its end.
template <class Range>
std::vector<Numbers> batchesOf(Range&& range, std::size_t recordsPerBatch, support::Stage& stage) {
    std::vector<Numbers> batches;
    stage.stream.rangeStream(std::forward<Range>(range), recordsPerBatch) | foreachRDD([&](const auto& batch) { batches.push_back(batch.collect()); });
    stage.stream.start();
    stage.stream.awaitTermination();
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    return batches;
}
template <class Range>
std::vector<Numbers> batchesOf(Range&& range, std::size_t recordsPerBatch) {
    support::Stage stage;
    return batchesOf(std::forward<Range>(range), recordsPerBatch, stage);
}

TEST_CASE("rangeStream: a container, piece by piece, and with its last piece the end") {
    Numbers numbers{1, 2, 3, 4, 5, 6, 7};
    CHECK(batchesOf(numbers, 3) == std::vector<Numbers>{{1, 2, 3}, {4, 5, 6}, {7}});
    CHECK(batchesOf(Numbers{1, 2, 3, 4}, 2) == std::vector<Numbers>{{1, 2}, {3, 4}});
    CHECK(batchesOf(numbers, 7) == std::vector<Numbers>{numbers});
    CHECK(batchesOf(numbers, 100) == std::vector<Numbers>{numbers});
    CHECK(batchesOf(Numbers{}, 1) == std::vector<Numbers>{{}});
    CHECK(numbers.size() == 7);
}

TEST_CASE("rangeStream: a view with random access is not read before its batch") {
    int read = 0;
    support::Stage stage;
    std::vector<int> readBy;
    stage.stream.rangeStream(std::views::iota(0, 6) | std::views::transform([&](int n) { ++read; return n * n; }), 2) |
        foreachRDD([&](const auto& batch) { CHECK(batch.collect().size() == 2); readBy.push_back(read); });
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(readBy == Numbers{2, 4});
}

TEST_CASE("rangeStream: generated ranges end when they are found to, with a batch of nothing at most") {
    const auto isOdd = [](int n) { return n % 2 == 1; };
    CHECK(batchesOf(std::views::iota(0, 10) | std::views::filter(isOdd), 2) == std::vector<Numbers>{{1, 3}, {5, 7}, {9}, {}});
    CHECK(batchesOf(std::list<int>{1, 2, 3, 4}, 2) == std::vector<Numbers>{{1, 2}, {3, 4}, {}});
    std::istringstream text("10 20 30");
    CHECK(batchesOf(std::views::istream<int>(text), 2) == std::vector<Numbers>{{10, 20}, {30}, {}});
}

TEST_CASE("rangeStream: an endless one goes on until it is stopped") {
    support::Stage stage;
    std::vector<Numbers> batches;
    stage.stream.rangeStream(std::views::iota(0) | std::views::filter([](int n) { return n % 3 == 0; }), 2) |
        foreachRDD([&](const auto& batch) { batches.push_back(batch.collect()); });
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(batches == std::vector<Numbers>{{0, 3}, {6, 9}, {12, 15}});
    CHECK(stage.stream.stop(true, true).graceful);
}

TEST_CASE("rangeStream: the plan of a range that knows its size is exact") {
    support::Stage stage;
    CHECK(batchesOf(Numbers{1, 2, 3}, 2, stage).size() == 2);
    const auto submitted = stage.told.all<BatchSubmitted>();
    REQUIRE(submitted.size() == 2);
    CHECK(submitted[0].info.inputs.at(0).from == 0);
    CHECK(submitted[0].info.inputs.at(0).to == 2);
    CHECK(submitted[1].info.inputs.at(0).to == 3);
    CHECK(submitted[1].info.inputs.at(0).name == "range 0");
}

TEST_CASE("rangeStream: text is owned; vector<bool> too") {
    support::Stage stage;
    std::vector<std::string> words;
    std::vector<bool> bits{true, false, true};
    std::vector<bool> seen;
    std::string text = "to be or not";
    stage.stream.rangeStream(std::views::iota(0, 4) | std::views::transform([&](int n) { return std::string_view(text).substr(static_cast<std::size_t>(n), 2); }), 4) |
        foreachRDD([&](const auto& batch) { words = batch.collect(); });
    stage.stream.rangeStream(bits, 3) | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
    stage.stream.start();
    stage.stream.awaitTermination();
    CHECK(words == std::vector<std::string>{"to", "o ", " b", "be"});
    CHECK(seen == bits);
}

TEST_CASE("rangeStream: what the range throws fails the batch and is thrown by awaitTermination; behind it goes on only who knows where it stands") {
    const auto numbers = std::views::iota(0, 8) | std::views::transform([](int n) { return n == 3 ? throw std::runtime_error("three") : n; });
    const auto batchesOf = [](auto range) {
        support::Stage stage;
        std::vector<Numbers> batches;
        stage.stream.rangeStream(std::move(range), 2) | foreachRDD([&](const auto& batch) { batches.push_back(batch.collect()); });
        stage.stream.start();
        CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "three");
        stage.world.advance(4s);
        CHECK(stage.told.all<BatchFailed>().size() == 1);
        std::erase(batches, Numbers{});
        return batches;
    };
    CHECK(batchesOf(numbers) == std::vector<Numbers>{{0, 1}, {4, 5}, {6, 7}});
    CHECK(batchesOf(numbers | std::views::filter([](int) { return true; })) == std::vector<Numbers>{{0, 1}});
}

TEST_CASE("rangeStream: zero records per batch make no sense") {
    support::Stage stage;
    CHECK(messageOf<std::invalid_argument>([&] { static_cast<void>(stage.stream.rangeStream(Numbers{1}, 0)); }) == "dstream: rangeStream needs at least one record per batch");
}

TEST_CASE("rangeStream: on real threads, slow batches miss nothing") {
    Context context("local[2]", "range", support::quiet());
    StreamingContext stream(context, 1ms);
    Numbers seen;
    stream.rangeStream(std::views::iota(0, 2000) | std::views::filter([](int) { return true; }), 50) |
        foreachRDD([&](const auto& batch) {
            for (int n : batch.collect()) seen.push_back(n);
        });
    stream.start();
    stream.awaitTermination();
    Numbers expected(2000);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(seen == expected);
}

}  // namespace
