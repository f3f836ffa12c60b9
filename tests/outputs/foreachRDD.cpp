// SPDX-License-Identifier: BSL-1.0
#include <dstream/outputs/foreachRDD.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using namespace std::string_literals;
using support::messageOf;
using support::quiet;
using support::Stage;
using Numbers = std::vector<int>;
using dstream::StreamingContextState;

TEST_CASE("foreachRDD: the function may take the identity or the time too") {
    Stage stage;
    std::vector<std::uint64_t> seqs;
    std::vector<std::int64_t> times, members;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([&](const auto&, const Batch& batch) {
        seqs.push_back(batch.seq);
        CHECK(batch.attempt == 1);
    });
    std::uint64_t last = 0;
    numbers | foreachRDD([&](const auto&, const auto& identity) { last = identity.seq; });  // a generic one is given that
    numbers | foreachRDD([&](auto, Time time) { times.push_back(time.milliseconds()); });
    numbers | foreachRDD([&](auto&& batch) { members.push_back(batch.time().nanoseconds); });
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(seqs == std::vector<std::uint64_t>{1, 2});
    CHECK(last == 2);
    CHECK(times == std::vector<std::int64_t>{1'000'001'000, 1'000'002'000});
    CHECK(members == std::vector<std::int64_t>{1'000'001'000'000'000, 1'000'002'000'000'000});
}

TEST_CASE("foreachRDD: outputs run in the order of registration, batches in the order of time") {
    Stage stage;
    std::string order;
    BatchQueue<int> other;
    const auto one = stage.stream.queueStream(stage.queue);
    const auto two = stage.stream.queueStream(other);
    two | foreachRDD([&](const auto& batch) { order += "a" + std::to_string(batch.batch().seq); });
    one | foreachRDD([&](const auto& batch) { order += "b" + std::to_string(batch.batch().seq); });
    two | foreachRDD([&](const auto& batch) { order += "c" + std::to_string(batch.batch().seq); });
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(order == "a1b1c1a2b2c2a3b3c3");
}

TEST_CASE("foreachRDD: a function that asks for nothing computes nothing") {
    Stage stage;
    int calls = 0;
    stage.stream.queueStream(stage.queue) | map([&](int n) {
        ++calls;
        return n;
    }) | foreachRDD([](const auto&) {});
    stage.queue.push(Numbers{1, 2, 3});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(calls == 0);
}

TEST_CASE("foreachRDD: what is shared is computed once a batch, what is fused once for each that asks") {
    Stage stage;
    int aboveShuffle = 0, below = 0;
    const auto pairs = stage.stream.queueStream(stage.queue) | map([&](int n) {
        ++aboveShuffle;
        return std::pair{n % 2, n};
    });
    const auto sums = pairs | reduceByKey(plus);
    const auto doubled = sums | map([&](const auto& pair) {
        ++below;
        return pair.second * 2;
    });
    std::vector<long> results;
    for (int i = 0; i < 3; ++i) doubled | foreachRDD([&](const auto& batch) { results.push_back(batch.sum()); });
    stage.queue.push(Numbers{1, 2, 3, 4});
    stage.queue.push(Numbers{5});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(aboveShuffle == 4);
    CHECK(below == 6);
    CHECK(results == std::vector<long>{20, 20, 20});
    stage.world.advance(1s);
    CHECK(aboveShuffle == 5);
    CHECK(results == std::vector<long>{20, 20, 20, 10, 10, 10});
}

TEST_CASE("foreachRDD: a queue used by two outputs is popped once a batch") {
    Stage stage;
    std::vector<Numbers> one, two;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([&](const auto& batch) { one.push_back(batch.collect()); });
    numbers | map([](int n) { return -n; }) | foreachRDD([&](const auto& batch) { two.push_back(batch.collect()); });
    stage.queue.push(Numbers{1});
    stage.queue.push(Numbers{2});
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(one == std::vector<Numbers>{{1}, {2}});
    CHECK(two == std::vector<Numbers>{{-1}, {-2}});
}

TEST_CASE("foreachRDD: one that throws fails alone; the others and later batches run") {
    Stage stage;
    std::string ran;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([&](const auto&) { ran += "a"; });
    numbers | foreachRDD([&](const auto& batch) {
        if (batch.batch().seq == 1) throw std::runtime_error("mine");
        ran += "b";
    });
    numbers | foreachRDD([&](const auto&) { ran += "c"; });
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(ran == "acabc");
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "mine");
    const auto completed = stage.told.all<OutputCompleted>();
    REQUIRE(completed.size() == 6);
    CHECK(completed[0].failure.empty());
    CHECK(completed[1].failure == "mine");
    CHECK(completed[1].id == 1);
    CHECK(completed[1].name == "output 1");
    CHECK(completed[2].failure.empty());
    const auto batches = stage.told.all<BatchCompleted>();
    REQUIRE(batches.size() == 2);
    CHECK(batches[0].info.failedOutputs == 1);
    CHECK(batches[1].info.failedOutputs == 0);
}

TEST_CASE("foreachRDD: what an operator's function throws comes the same way, with std or without") {
    Stage stage;
    int others = 0;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | map([](int n) -> int {
        if (n == 2) throw std::out_of_range("record " + std::to_string(n));
        if (n == 3) throw "no std::exception";
        return n;
    }) | foreachRDD([](const auto& batch) { static_cast<void>(batch.collect()); });
    numbers | foreachRDD([&](const auto&) { ++others; });
    for (int n = 1; n <= 4; ++n) stage.queue.push(Numbers{n});
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(messageOf<std::out_of_range>([&] { stage.stream.awaitTermination(); }) == "record 2");
    stage.world.advance(1s);
    CHECK_THROWS_AS(stage.stream.awaitTermination(), const char*);
    stage.world.advance(1s);
    CHECK(others == 4);
    std::vector<std::string> failures;
    for (const auto& completed : stage.told.all<OutputCompleted>())
        if (completed.id == 0) failures.push_back(completed.failure);
    CHECK(failures == std::vector<std::string>{"", "record 2", "an exception of unknown type", ""});
}

TEST_CASE("foreachRDD: a shuffle whose function throws fails every output that asks, and no other batch") {
    Stage stage;
    const auto sums = stage.stream.queueStream(stage.queue) | map([](int n) {
        if (n == 2) throw std::runtime_error("two");
        return std::pair{n, 1};
    }) | reduceByKey(plus);
    std::string ran;
    for (const std::string& name : {"x"s, "y"s})
        sums | foreachRDD([&ran, name](const auto& batch) { ran += name + std::to_string(batch.count()); }).named(name);
    stage.queue.push(Numbers{1, 2});
    stage.queue.push(Numbers{1, 3});
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(ran == "x2y2");
    const auto completed = stage.told.all<OutputCompleted>();
    REQUIRE(completed.size() == 4);
    CHECK(completed[0].name == "x");
    CHECK(completed[0].failure == "two");
    CHECK(completed[1].name == "y");
    CHECK(completed[1].failure == "two");
}

TEST_CASE("foreachRDD: with FailurePolicy::Stop no later batch runs; the other outputs of this one do") {
    Stage stage({.onFailure = FailurePolicy::Stop, .stopOnSignals = false, .defaultListener = false});
    std::string ran;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([&](const auto& batch) {
        ran += "a";
        if (batch.batch().seq == 2) throw std::runtime_error("mine");
    });
    numbers | foreachRDD([&](const auto&) { ran += "b"; });
    for (int n = 0; n < 5; ++n) stage.queue.push(Numbers{n});
    stage.stream.start();
    stage.world.advance(4s);
    CHECK(ran == "abab");
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "mine");
    const bool graceful = GENERATE(false, true);
    const StopReport report = stage.stream.stop(true, graceful);
    CHECK_FALSE(report.graceful);
    CHECK(report.droppedBatches >= 2);
    CHECK(ran == "abab");
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
}

TEST_CASE("foreachRDD: the events of a batch, in order") {
    Stage stage;
    stage.stream.queueStream(stage.queue) | foreachRDD([](const auto&) {}).named("mine");
    stage.stream.start();
    stage.world.advance(1s);
    stage.stream.stop(true, false);
    CHECK(stage.told.texts()
          == std::vector<std::string>{"streaming started at 1000000250 ms", "batch 1 (time 1000001000 ms) submitted",
                                      "batch 1 (time 1000001000 ms) started", "mine of batch 1 (time 1000001000 ms) started",
                                      "mine of batch 1 (time 1000001000 ms) completed in 0 us",
                                      "batch 1 (time 1000001000 ms) completed: waited 0 us, ran 0 us", "streaming stopped"});
}

TEST_CASE("foreachRDD: no batch is no job; an empty batch is one") {
    struct EverySecond final : SharedNode<QueuedBatch<int>>, Input {
        using rdd_type = QueuedBatch<int>;
        static const char* kindName() { return "every second"; }
        NodeBase& node() override { return *this; }
        void start(Runtime& runtime) override { runner = runtime.runner; }
        InputInfo plan(const Batch&, std::size_t) override { return {}; }
        void requestStop() override {}
        bool ended() const override { return true; }
        bool drained() const override { return true; }
        bool finished() const override { return false; }
        std::uint64_t close() override { return 0; }
        std::optional<QueuedBatch<int>> compute(const Batch& batch) override {
            ++computed;
            if (batch.seq % 2 != 0) return std::nullopt;
            return QueuedBatch<int>(std::make_shared<std::vector<Numbers>>(), runner);
        }
        RunnerRef runner;
        int computed = 0;
    };
    Stage stage;
    auto input = std::make_shared<EverySecond>();
    const auto some = stage.stream.addInput(input);
    std::string order;
    some | foreachRDD([&](const auto& batch) { order += "a" + std::to_string(batch.batch().seq); });
    stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto& batch) { order += "b" + std::to_string(batch.batch().seq); });
    some | map([](int n) { return std::pair{n, n}; }) | reduceByKey(plus)
        | foreachRDD([&](const auto& batch) { order += "c" + std::to_string(batch.batch().seq); });
    stage.stream.start();
    stage.world.advance(4s);
    CHECK(order == "b1a2b2c2b3a4b4c4");
    CHECK(input->computed == 4);  // none is remembered too
    // An output without a job keeps its place: ids do not move up.
    for (const auto& started : stage.told.all<OutputStarted>())
        if (started.batch.seq == 1) CHECK(started.id == 1);
    CHECK(stage.told.all<BatchCompleted>().size() == 4);
}

TEST_CASE("foreachRDD: when a batch cannot be formed none of its outputs runs, and the next one does") {
    struct Faulty final : SharedNode<QueuedBatch<int>>, Input {
        using rdd_type = QueuedBatch<int>;
        static const char* kindName() { return "faulty"; }
        NodeBase& node() override { return *this; }
        void start(Runtime& runtime) override { runner = runtime.runner; }
        InputInfo plan(const Batch&, std::size_t) override { return {}; }
        void requestStop() override {}
        bool ended() const override { return true; }
        bool drained() const override { return true; }
        bool finished() const override { return false; }
        std::uint64_t close() override { return 0; }
        std::optional<QueuedBatch<int>> compute(const Batch& batch) override {
            if (batch.seq == 2) throw std::runtime_error("no batch");
            return QueuedBatch<int>(std::make_shared<std::vector<Numbers>>(), runner);
        }
        RunnerRef runner;
    };
    Stage stage;
    std::string order;
    stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto& batch) { order += "a" + std::to_string(batch.batch().seq); });
    stage.stream.addInput(std::make_shared<Faulty>()) | foreachRDD([&](const auto& batch) { order += "b" + std::to_string(batch.batch().seq); });
    for (int n = 1; n <= 3; ++n) stage.queue.push(Numbers{n});
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(order == "a1b1a3b3");
    CHECK(stage.queue.size() == 0);  // what was planned for the failed batch is not offered again
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "no batch");
    const auto failed = stage.told.all<BatchFailed>();
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].batch.seq == 2);
    CHECK(failed[0].failure == "no batch");
    const auto completed = stage.told.all<BatchCompleted>();
    REQUIRE(completed.size() == 3);
    CHECK(completed[1].info.failedOutputs == 1);
}

TEST_CASE("foreachRDD: outputs have names, by default from their place") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([](const auto&) {});
    numbers | foreachRDD([](const auto&) {}).named("counts");
    numbers | map([](int n) { return n; }) | foreachRDD([](const auto&) {});
    stage.stream.start();
    stage.world.advance(1s);
    std::vector<std::string> names;
    for (const auto& started : stage.told.all<OutputStarted>()) names.push_back(started.name);
    CHECK(names == std::vector<std::string>{"output 0", "counts", "output 2"});
}

TEST_CASE("foreachRDD: a pipeline may be composed before it has a stream, and used twice") {
    Stage stage;
    std::vector<long> sums;
    const auto sumOfSquares = map([](int n) { return n * n; }) | foreachRDD([&](const auto& batch) { sums.push_back(batch.sum()); });
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | sumOfSquares;
    numbers | filter([](int n) { return n > 1; }) | sumOfSquares;
    stage.queue.push(Numbers{1, 2, 3});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(sums == std::vector<long>{14, 13});
}

TEST_CASE("foreachRDD: a function that cannot be copied") {
    support::Stage stage;
    int last = 0;
    stage.stream.queueStream(stage.queue) | foreachRDD([&last, factor = std::make_unique<int>(10)](const auto& batch) {
        last = *factor * static_cast<int>(batch.count());
    });
    stage.stream.start();
    stage.queue.push(std::vector<int>{1, 2});
    stage.world.advance(1s);
    CHECK(last == 20);
}

}  // namespace
