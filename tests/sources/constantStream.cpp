// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/constantStream.hpp>

#include <chrono>
#include <list>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Numbers = std::vector<int>;

TEST_CASE("constantStream: the same batch at every time") {
    support::Stage stage;
    Numbers numbers{1, 2, 3};
    std::vector<Numbers> batches;
    stage.stream.constantStream(numbers) | map([](int n) { return n * 10; }) | foreachRDD([&](const auto& batch) { batches.push_back(batch.collect()); });
    numbers.clear();  // the stream has its own
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(batches == std::vector<Numbers>{{10, 20, 30}, {10, 20, 30}, {10, 20, 30}});
    const auto submitted = stage.told.all<BatchSubmitted>();
    CHECK(submitted.at(2).info.inputs.at(0).from == 6);
    CHECK(submitted.at(2).info.inputs.at(0).to == 9);
    CHECK(submitted.at(2).info.inputs.at(0).name == "constant 0");
    CHECK(stage.stream.getState() == StreamingContextState::Active);  // it does not end
    CHECK(stage.stream.stop(true, true).graceful);
    CHECK(batches.size() <= 4);
}

TEST_CASE("constantStream: in partitions, from any range, as owners") {
    support::Stage stage;
    std::vector<std::size_t> partitions;
    std::vector<std::string> texts;
    Numbers squares;
    stage.stream.constantStream(Numbers{1, 2, 3, 4, 5}, 2) | foreachRDD([&](const auto& batch) {
        partitions.push_back(batch.partitions());
        CHECK((batch | glom() | collect()) == std::vector<Numbers>{{1, 2}, {3, 4, 5}});
    });
    {
        const std::string text = "one two";
        stage.stream.constantStream(std::list<std::string_view>{std::string_view(text).substr(0, 3), std::string_view(text).substr(4)}) |
            foreachRDD([&](const auto& batch) { texts = batch.collect(); });
    }
    stage.stream.constantStream(std::views::iota(1, 4) | std::views::transform([](int n) { return n * n; })) |
        foreachRDD([&](const auto& batch) { squares = batch.collect(); });
    stage.stream.constantStream(Numbers{}, 0) | foreachRDD([&](const auto& batch) { CHECK(batch.collect().empty()); });
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(partitions == std::vector<std::size_t>{2});
    CHECK(texts == std::vector<std::string>{"one", "two"});
    CHECK(squares == Numbers{1, 4, 9});
    static_cast<void>(stage.stream.awaitTerminationOrTimeout(0s));  // throws what a batch threw
}

TEST_CASE("constantStream: joined with a stream, it is a table") {
    support::Stage stage;
    std::vector<std::pair<int, std::pair<int, std::string>>> found;
    const auto names = stage.stream.constantStream(std::vector<std::pair<int, std::string>>{{1, "one"}, {2, "two"}});
    stage.stream.queueStream(stage.queue) | map([](int n) { return std::pair{n, n * n}; }) | join(names) |
        foreachRDD([&](const auto& batch) { found = batch.collect(); });
    stage.queue.push(Numbers{2, 3});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(found == std::vector<std::pair<int, std::pair<int, std::string>>>{{2, {4, "two"}}});
}

}  // namespace
