// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/queueStream.hpp>
#include <dstream/sources/queued_batch.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::messageOf;
using support::quiet;
using Numbers = std::vector<int>;
using dstream::StreamingContextState;

struct Queue {
    explicit Queue(QueueOptions options = {}) : context("local[2]", "queue", quiet(), world), stream(context, 1s) {
        stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
        stream.queueStream(queue, options) | foreachRDD([this](const auto& batch) {
            batches.push_back(batch.collect());
            partitions.push_back(batch.partitions());
        });
    }
    void tick() { world.advance(1s); }

    support::Told told;
    std::vector<Numbers> batches;
    std::vector<std::size_t> partitions;
    BatchQueue<int> queue;
    testing::World world;
    Context context;
    StreamingContext stream;
};

TEST_CASE("queueStream: one pushed batch a batch, pushed before or after start") {
    Queue test;
    test.queue.push(Numbers{1, 2});
    test.queue.push(Numbers{3});
    test.stream.start();
    test.tick();
    test.queue.push(Numbers{4});
    test.tick();
    test.tick();
    test.tick();
    CHECK(test.batches == std::vector<Numbers>{{1, 2}, {3}, {4}, {}});
    CHECK(test.queue.size() == 0);
}

TEST_CASE("queueStream: all that are queued, in order, each with its partitions") {
    Queue test({.oneAtATime = false});
    test.queue.push(Numbers{1, 2});
    test.queue.push(std::vector<Numbers>{{3}, {}, {4, 5}});
    test.stream.start();
    test.tick();
    test.tick();
    test.queue.push(Numbers{6});
    test.tick();
    CHECK(test.batches == std::vector<Numbers>{{1, 2, 3, 4, 5}, {}, {6}});
    CHECK(test.partitions == std::vector<std::size_t>{4, 0, 1});
}

TEST_CASE("queueStream: nothing queued is an empty batch, not no batch") {
    Queue test;
    test.stream.start();
    test.tick();
    CHECK(test.batches == std::vector<Numbers>{{}});
}

TEST_CASE("queueStream: with records for when the queue is empty") {
    const bool oneAtATime = GENERATE(false, true);
    support::Stage stage;
    std::vector<Numbers> batches;
    stage.stream.queueStream(stage.queue, {.oneAtATime = oneAtATime}, {7, 8}) | foreachRDD([&](const auto& batch) { batches.push_back(batch.collect()); });
    stage.queue.push(Numbers{1});
    stage.queue.push(Numbers{});
    stage.stream.start();
    stage.world.advance(3s);
    if (oneAtATime) {
        CHECK(batches == std::vector<Numbers>{{1}, {}, {7, 8}});
    } else {
        CHECK(batches == std::vector<Numbers>{{1}, {7, 8}, {7, 8}});
    }
    const auto submitted = stage.told.all<BatchSubmitted>();
    CHECK(submitted.at(2).info.inputs.at(0).blocks == 1);
    CHECK(submitted.at(2).info.inputs.at(0).to == (oneAtATime ? 3 : 5));
}

TEST_CASE("queueStream: a pushed batch of nothing is a batch too") {
    Queue test;
    test.queue.push(Numbers{});
    test.queue.push(std::vector<Numbers>{});
    test.queue.push(Numbers{1});
    test.stream.start();
    for (int i = 0; i < 3; ++i) test.tick();
    CHECK(test.batches == std::vector<Numbers>{{}, {}, {1}});
    CHECK(test.partitions == std::vector<std::size_t>{1, 0, 1});
}

TEST_CASE("queueStream: closed, its stream ends with the last batch; nothing can be pushed") {
    const bool oneAtATime = GENERATE(false, true);
    Queue test({.oneAtATime = oneAtATime});
    test.queue.push(Numbers{1});
    test.queue.push(Numbers{2});
    test.stream.start();
    test.queue.close();
    test.queue.close();
    CHECK(test.queue.closed());
    CHECK(messageOf<IllegalState>([&] { test.queue.push(Numbers{3}); }) == "dstream: this BatchQueue has been closed");
    test.stream.awaitTermination();
    CHECK(test.batches == (oneAtATime ? std::vector<Numbers>{{1}, {2}} : std::vector<Numbers>{{1, 2}}));
}

TEST_CASE("queueStream: closed and empty from the beginning, one empty batch ends it") {
    Queue test({.oneAtATime = GENERATE(false, true)});
    test.queue.close();
    test.stream.start();
    test.stream.awaitTermination();
    CHECK(test.batches == std::vector<Numbers>{{}});
    CHECK(test.stream.getState() == StreamingContextState::Stopped);
}

TEST_CASE("queueStream: a stop leaves what is queued to the program") {
    Queue test;
    for (int i = 0; i < 5; ++i) test.queue.push(Numbers{i});
    test.stream.start();
    test.tick();
    const bool graceful = GENERATE(false, true);
    const StopReport report = test.stream.stop(true, graceful);
    CHECK(report.graceful == graceful);
    CHECK(report.droppedBatches == 0);
    CHECK(test.batches.size() + test.queue.size() == 5);
    CHECK(test.queue.size() == (graceful ? 3 : 4));
}

TEST_CASE("queueStream: the plan counts records from the first to the last") {
    Queue test;
    test.queue.push(std::vector<Numbers>{{1, 2}, {3}});
    test.queue.push(Numbers{});
    test.queue.push(Numbers{4});
    test.stream.start();
    for (int i = 0; i < 3; ++i) test.tick();
    const auto submitted = test.told.all<BatchSubmitted>();
    REQUIRE(submitted.size() == 3);
    const auto input = [&](std::size_t i) { return submitted[i].info.inputs.at(0); };
    CHECK(input(0).from == 0);
    CHECK(input(0).to == 3);
    CHECK(input(0).blocks == 2);
    CHECK(input(1).from == 3);
    CHECK(input(1).to == 3);
    CHECK(input(2).to == 4);
}

TEST_CASE("queueStream: it is no receiver") {
    Queue test;
    test.stream.start();
    CHECK(test.stream.receivers().empty());
}

TEST_CASE("queueStream: a copy of the queue is the same queue") {
    Queue test;
    BatchQueue<int> copy = test.queue;
    copy.push(Numbers{1});
    CHECK(test.queue.size() == 1);
    test.stream.start();
    test.tick();
    CHECK(copy.size() == 0);
    copy.close();
    CHECK(test.queue.closed());
}

TEST_CASE("queueStream: BatchQueue::pop") {
    BatchQueue<int> queue;
    CHECK_FALSE(queue.pop(false));
    CHECK_FALSE(queue.pop(true));
    queue.push(Numbers{1});
    queue.push(Numbers{2});
    CHECK(*queue.pop(false) == std::vector<Numbers>{{1}});
    queue.push(Numbers{3});
    CHECK(*queue.pop(true) == std::vector<Numbers>{{2}, {3}});
    CHECK_FALSE(queue.pop(true));
}

TEST_CASE("queueStream: a batch in braces") {
    BatchQueue<int> numbers;
    numbers.push({1});
    numbers.push({2, 3});
    numbers.push({{4, 5}, {}, {6}});
    CHECK(*numbers.pop(false) == std::vector<Numbers>{{1}});
    CHECK(*numbers.pop(false) == std::vector<Numbers>{{2, 3}});
    CHECK(*numbers.pop(false) == std::vector<Numbers>{{4, 5}, {}, {6}});

    BatchQueue<std::string> texts;
    texts.push({"a"});
    texts.push({"b", "c"});
    CHECK(*texts.pop(true) == std::vector<std::vector<std::string>>{{"a"}, {"b", "c"}});

    BatchQueue<std::pair<std::string, int>> pairs;
    pairs.push({{"a", 1}, {"b", 2}});
    CHECK(*pairs.pop(true) == std::vector<std::vector<std::pair<std::string, int>>>{{{"a", 1}, {"b", 2}}});

    BatchQueue<std::unique_ptr<int>> owned;
    owned.push(std::vector<std::unique_ptr<int>>(2));
    CHECK(owned.pop(true)->at(0).size() == 2);
}

TEST_CASE("queueStream: pushed from many threads while it runs, nothing is lost or doubled") {
    constexpr int threads = 4, pushes = 250;
    Context context("local[4]", "queue", quiet());
    BatchQueue<int> queue;
    std::vector<int> seen(threads * pushes, 0);
    std::vector<int> last(threads, -1);
    bool ordered = true;
    StreamingContext stream(context, 1ms);
    stream.queueStream(queue, {.oneAtATime = false}) | foreachRDD([&](const auto& batch) {
        for (const int n : batch.collect()) {
            ++seen[static_cast<std::size_t>(n)];
            int& before = last[static_cast<std::size_t>(n / pushes)];
            ordered = ordered && n > before;
            before = n;
        }
    });
    stream.start();
    std::vector<std::thread> pushers;
    for (int t = 0; t < threads; ++t)
        pushers.emplace_back([&queue, t] {
            for (int i = 0; i < pushes; ++i) queue.push(Numbers{t * pushes + i});
        });
    for (std::thread& pusher : pushers) pusher.join();
    queue.close();
    stream.awaitTermination();
    CHECK(seen == std::vector<int>(threads * pushes, 1));
    CHECK(ordered);
}

}  // namespace
