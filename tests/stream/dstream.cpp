// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/dstream.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;
using Numbers = std::vector<int>;

TEST_CASE("dstream: types stop growing at each shared node") {
    Stage stage;
    const auto source = stage.stream.queueStream(stage.queue);
    const auto pairs = source | map([](int n) { return std::pair{n % 3, n}; });
    const auto sums = pairs | reduceByKey(plus);
    const auto again = sums | filter([](const auto& pair) { return pair.second > 0; }) | reduceByKey(plus);
    static_assert(std::is_same_v<decltype(sums), decltype(again)>);
    static_assert(std::is_same_v<decltype(source)::value_type, int>);
    static_assert(std::is_same_v<decltype(pairs)::value_type, std::pair<int, int>>);
}

TEST_CASE("dstream: a shared stream can be a member of a class") {
    struct Job {
        explicit Job(StreamingContext& context, BatchQueue<int>& queue) : numbers(context.queueStream(queue)) {}
        decltype(std::declval<StreamingContext&>().queueStream(std::declval<BatchQueue<int>&>())) numbers;
    };
    Stage stage;
    const Job job(stage.stream, stage.queue);
    Numbers seen;
    job.numbers | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
    stage.queue.push(Numbers{1, 2});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(seen == Numbers{1, 2});
}

TEST_CASE("dstream: a copy is the same stream; the variable may go before the graph runs") {
    Stage stage;
    std::vector<Numbers> seen;
    {
        const auto numbers = stage.stream.queueStream(stage.queue);
        const auto copy = numbers;
        for (const auto& stream : {numbers, copy})
            stream | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
    }
    stage.queue.push(Numbers{1});
    stage.queue.push(Numbers{2});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(seen == std::vector<Numbers>{{1}, {1}});
}

TEST_CASE("dstream: functions are owned by the graph, each pipeline its own copy") {
    Stage stage;
    Numbers seen;
    {
        const std::string suffix = "a text that is too long to be stored inline";
        stage.stream.queueStream(stage.queue) | map([suffix](int n) { return n + static_cast<int>(suffix.size()); })
            | foreachRDD([&seen, suffix](const auto& batch) {
                  seen = batch.collect();
                  seen.push_back(static_cast<int>(suffix.size()));
              });
    }
    stage.queue.push(Numbers{1});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(seen == Numbers{44, 43});
}

TEST_CASE("dstream: named() names the source, as the events and plans say") {
    Stage stage;
    stage.stream.queueStream(stage.queue).named("numbers") | foreachRDD([](const auto&) {});
    stage.stream.start();
    stage.world.advance(1s);
    const auto submitted = stage.told.all<BatchSubmitted>();
    REQUIRE(submitted.size() == 1);
    CHECK(submitted[0].info.inputs.at(0).name == "numbers");
}

TEST_CASE("dstream: named() on a keyed result, as closure or as stream") {
    Stage stage;
    const auto pairs = stage.stream.queueStream(stage.queue) | map([](int n) { return std::pair{n, n}; });
    const auto one = pairs | reduceByKey(plus).named("sums");
    const auto two = (pairs | reduceByKey(plus)).named("sums too");
    CHECK(one.node().node->name == "sums");
    CHECK(two.node().node->name == "sums too");
    CHECK((pairs | reduceByKey(plus)).node().node->name.empty());
}

TEST_CASE("dstream: named() on operators of two inputs, of several batches, and on a pipeline") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    const auto pairs = numbers | map([](int n) { return std::pair{n, n}; });
    const std::vector<std::pair<int, char>> letters{{1, 'a'}};
    CHECK((pairs | join(pairs).named("joined")).node().node->name == "joined");
    CHECK((pairs | join(letters).named("with letters")).node().node->name == "with letters");
    CHECK((letters | join(letters).named("of ranges") | collect()).size() == 1);
    CHECK((pairs | cogroup(pairs).named("groups")).node().node->name == "groups");
    CHECK((pairs | leftOuterJoin(pairs)).node().node->name.empty());
    CHECK((numbers | unionWith(numbers).named("both")).node().node->name == "both");
    CHECK((numbers | unionWith(numbers, numbers).named("all three")).node().node->name == "all three");
    CHECK((numbers | zip(numbers).named("zipped")).node().node->name == "zipped");
    CHECK((numbers | cartesian(letters).named("grid")).node().node->name == "grid");
    CHECK((numbers | subtract(numbers).named("rest")).node().node->name == "rest");
    CHECK((numbers | transform([](auto batch) { return batch; }).named("as it is")).node().node->name == "as it is");
    CHECK((numbers | transformWith(numbers, [](auto left, auto) { return left; }).named("left")).node().node->name == "left");
    CHECK(explain(numbers | unionWith(numbers).named("both")).find("#2 fused unionWith \"both\"") != std::string::npos);
}

TEST_CASE("dstream: two operators of two inputs of one name are refused at start") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    const auto both = unionWith(numbers).named("both");
    numbers | both | both | foreachRDD([](const auto&) {});
    CHECK_THROWS_WITH(stage.stream.start(), "dstream: two nodes are named \"both\"; names tell nodes apart and must differ");
}

TEST_CASE("dstream: a long pipeline over one source") {
    Stage stage;
    std::vector<std::pair<std::string, long>> counts;
    const auto words = flatMap([](int n) { return std::vector<std::string>(static_cast<std::size_t>(n), std::string(1, static_cast<char>('a' + n))); });
    const auto wordCount = words | map([](auto word) { return std::pair{std::move(word), 1L}; }) | reduceByKey(plus);
    stage.stream.queueStream(stage.queue) | wordCount | foreachRDD([&](const auto& batch) { counts = batch.collect(); });
    stage.queue.push(std::vector<Numbers>{{1, 2}, {}, {2, 3}});
    stage.stream.start();
    stage.world.advance(1s);
    std::sort(counts.begin(), counts.end());
    CHECK(counts == std::vector<std::pair<std::string, long>>{{"b", 1}, {"c", 4}, {"d", 3}});
}

}  // namespace
