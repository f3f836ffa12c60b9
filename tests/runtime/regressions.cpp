// SPDX-License-Identifier: BSL-1.0
// Faults that were found by tests once; each case fails without its fix.
#include <dstream/dstream.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using support::messageOf;
using support::quiet;
using support::Stage;
using dstream::StreamingContextState;
using Numbers = std::vector<int>;
constexpr Nanos second = 1'000'000'000;

struct Custom : SharedNode<QueuedBatch<int>>, Input {
    using rdd_type = QueuedBatch<int>;
    static const char* kindName() { return "custom"; }
    NodeBase& node() override { return *this; }
    void start(Runtime& runtime) override {
        if (startThrows) throw std::runtime_error("no such device");
        runner = runtime.runner;
    }
    InputInfo plan(const Batch&, std::size_t) override { return {}; }
    void requestStop() override {}
    bool ended() const override { return true; }
    bool drained() const override { return true; }
    bool finished() const override { return false; }
    std::uint64_t close() override { return 0; }
    std::optional<QueuedBatch<int>> compute(const Batch&) override {
        if (computeThrows) throw std::runtime_error("no batch");
        return QueuedBatch<int>(std::make_shared<std::vector<Numbers>>(), runner);
    }
    RunnerRef runner;
    bool startThrows = false;
    bool computeThrows = false;
};

TEST_CASE("regressions: a start that fails half-way ends all that it had begun") {
    testing::World world;
    Context context("local", "c", Configuration{.defaultListener = false}, world);
    std::optional<StreamingContext> stream(std::in_place, context, 1s);
    auto input = std::make_shared<Custom>();
    input->startThrows = true;
    stream->addInput(input) | foreachRDD([](const auto&) {});
    CHECK(messageOf<std::runtime_error>([&] { stream->start(); }) == "no such device");
    CHECK(stream->getState() == StreamingContextState::Stopped);
    CHECK(world.actors() == 0);
    CHECK_FALSE(world.signalsWatched());
}

TEST_CASE("regressions: an output's function stops the stream while another thread waits for it and destroys it") {
    for (int run = 0; run < 300; ++run) {
        Context context("local[2]", "c", quiet());
        auto stream = std::make_unique<StreamingContext>(context, 1ms);
        BatchQueue<int> queue;
        stream->queueStream(queue) | foreachRDD([&, raw = stream.get()](const auto&) { raw->stop(false); });
        stream->start();
        stream->awaitTermination();
        stream.reset();
    }
}

TEST_CASE("regressions: a clock set back and corrected again goes on at once") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    stage.world.advance(5s);
    REQUIRE(stage.batches == 5);
    const Nanos wall = stage.world.now(Clock::Wall);
    stage.world.setWall(wall - 3600 * second);
    stage.world.advance(10s);
    stage.world.setWall(wall + 10 * second);
    stage.world.advance(10s);
    CHECK(stage.batches >= 14);
}

TEST_CASE("regressions: print of as many records as there are") {
    Stage stage;
    stage.stream.queueStream(stage.queue) | print(std::numeric_limits<std::size_t>::max());
    stage.queue.push(Numbers{1, 2});
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(contains(stage.world.out(), "1\n2\n"));
}

Configuration small() {
    return {.blockMemory = 1024, .blockBytes = 256, .maxRecordBytes = 256, .stopOnSignals = false, .defaultListener = false};
}

TEST_CASE("regressions: more receivers than the memory can serve are refused at start, not starved") {
    for (const std::uint16_t receivers : {std::uint16_t{2}, std::uint16_t{3}}) {
        testing::World world;
        int lines = 0;
        Context context("local", "c", small(), world);
        StreamingContext stream(context, 1s);
        std::vector<testing::Peer> peers;
        for (std::uint16_t port = 1; port <= receivers; ++port) {
            world.listen("h", port);
            stream.socketTextStream("h", port) | foreachRDD([&](const auto& batch) { lines += static_cast<int>(batch.count()); });
        }
        if (receivers == 3) {
            CHECK(contains(messageOf<std::invalid_argument>([&] { stream.start(); }), "blockMemory is too small for 3 receivers"));
            CHECK(stream.getState() == StreamingContextState::Stopped);
            continue;
        }
        stream.start();
        world.runUntilQuiet();
        for (std::uint16_t port = 1; port <= receivers; ++port) {
            peers.push_back(world.accept("h", port));
            peers.back().send(std::string(200, 'x'));  // a line that does not end
            world.runUntilQuiet();
        }
        peers.back().send("\nhello\n");
        world.advance(60s);
        CHECK(lines == 2);
    }
}

TEST_CASE("regressions: batches that could not be formed give their memory back") {
    testing::World world;
    world.listen("h", 1);
    Context context("local", "c", small(), world);
    StreamingContext stream(context, 1s);
    auto input = std::make_shared<Custom>();
    input->computeThrows = true;
    stream.addInput(input) | foreachRDD([](const auto&) {});
    stream.socketTextStream("h", 1) | foreachRDD([](const auto&) {});
    stream.start();
    world.runUntilQuiet();
    testing::Peer peer = world.accept("h", 1);
    for (int i = 0; i < 100; ++i) {
        peer.send("0123456789\n");
        world.advance(1s);
    }
    CHECK(peer.unread() == 0);
}

TEST_CASE("regressions: a listener that stops another stream may still not stop its own") {
    Stage one, two;
    one.anOutput();
    two.anOutput();
    std::string text;
    one.stream.addStreamingListener([&](const Event& event) {
        if (!event.is<BatchCompleted>() || !text.empty()) return;
        two.stream.stop(false);
        text = messageOf<IllegalState>([&] { one.stream.stop(false); });
    });
    one.stream.start();
    two.stream.start();
    one.world.advance(2s);
    CHECK(contains(text, "cannot be stopped from a listener"));
    CHECK(one.stream.getState() == StreamingContextState::Active);
}

TEST_CASE("regressions: retries are those since the last connect that came up") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 1s);
    stream.socketTextStream("h", 1, {.failAfter = 10}) | foreachRDD([](const auto&) {});
    stream.start();
    world.advance(2s);
    REQUIRE(stream.receivers().at(0).retries > 1);
    world.listen("h", 1);
    world.advance(3s);
    testing::Peer peer = world.accept("h", 1);
    world.runUntilQuiet();
    CHECK(stream.receivers().at(0).state == ReceiverState::Up);
    CHECK(stream.receivers().at(0).retries == 0);
}

TEST_CASE("regressions: a graceful stop without limit") {
    Stage stage({.gracefulStopTimeout = std::chrono::nanoseconds::max(), .stopOnSignals = false, .defaultListener = false});
    stage.anOutput();
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(stage.stream.stop(true, true).graceful);
}

TEST_CASE("regressions: a receiver that failed does not keep a graceful stop from processing what there is") {
    testing::World world;
    Context context("local", "c", {.onFailure = FailurePolicy::Stop, .stopOnSignals = false, .defaultListener = false}, world);
    StreamingContext stream(context, 1s);
    world.listen("up", 1);
    std::vector<std::string> seen;
    stream.socketTextStream("up", 1) | foreachRDD([&](const auto& batch) {
        for (auto& line : batch.collect()) seen.push_back(line);
    });
    stream.socketTextStream("down", 1, {.failAfter = 1}) | foreachRDD([](const auto&) {});
    stream.start();
    world.runUntilQuiet();
    testing::Peer peer = world.accept("up", 1);
    peer.send("received\n");
    world.runUntilQuiet();
    CHECK(stream.stop(true, true).graceful);
    CHECK(seen == std::vector<std::string>{"received"});
}

TEST_CASE("regressions: a last line of exactly the limit, without an end, is no longer than the limit") {
    testing::World world;
    world.listen("h", 1);
    Context context("local", "c", small(), world);
    StreamingContext stream(context, 1s);
    std::vector<std::string> seen;
    stream.socketTextStream("h", 1) | foreachRDD([&](const auto& batch) {
        for (auto& line : batch.collect()) seen.push_back(line);
    });
    stream.start();
    world.runUntilQuiet();
    testing::Peer peer = world.accept("h", 1);
    peer.send(std::string(256, 'x'));
    peer.close();
    world.advance(1s);
    CHECK(seen.size() == 1);
}

TEST_CASE("regressions: receivers() knows names and ids before start, and of those unused") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 1s);
    BatchQueue<int> queue;
    stream.queueStream(queue) | foreachRDD([](const auto&) {});
    static_cast<void>(stream.socketTextStream("h", 1).named("mine"));
    REQUIRE(stream.receivers().size() == 1);
    CHECK(stream.receivers()[0].id == 1);
    CHECK(stream.receivers()[0].name == "mine");
}

TEST_CASE("regressions: the default listener never holds back that a receiver failed for good") {
    testing::World world;
    Context context("local", "app", {.stopOnSignals = false}, world);
    StreamingContext stream(context, 1s);
    stream.socketTextStream("h", 1, {.failAfter = 3}) | foreachRDD([](const auto&) {});
    stream.start();
    world.advance(60s);
    CHECK(contains(world.err(), "receiver socket text 0: failed"));
}

TEST_CASE("regressions: two outputs of one name are refused like two sources") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([](const auto&) {}).named("twin");
    numbers | print().named("twin");
    CHECK_THROWS_AS(stage.stream.start(), std::invalid_argument);
}

TEST_CASE("regressions: several who wait for the sources' end stop the stream once, without a warning") {
    for (int run = 0; run < 50; ++run) {
        Context context("local[2]", "c", quiet());
        std::atomic<int> warnings{0};
        StreamingContext stream(context, 1ms);
        stream.addStreamingListener([&](const Event& event) {
            if (event.is<Warning>()) ++warnings;
        });
        BatchQueue<int> queue;
        stream.queueStream(queue) | foreachRDD([](const auto&) {});
        stream.start();
        std::vector<std::thread> waiters;
        for (int i = 0; i < 4; ++i) waiters.emplace_back([&] { stream.awaitTermination(); });
        queue.close();
        for (auto& waiter : waiters) waiter.join();
        CHECK(warnings == 0);
    }
}

TEST_CASE("regressions: one thread may wait already when another starts") {
    Context context("local", "c", quiet());
    for (int run = 0; run < 20; ++run) {
        StreamingContext stream(context, 1ms);
        BatchQueue<int> queue;
        stream.queueStream(queue) | foreachRDD([](const auto&) {});
        std::atomic<bool> waits{false};
        std::thread waiter([&] {
            waits = true;
            waits.notify_all();
            while (!stream.awaitTerminationOrTimeout(100us)) {
            }
        });
        waits.wait(false);
        stream.start();
        queue.close();
        waiter.join();
        CHECK(stream.getState() == StreamingContextState::Stopped);
    }
}

TEST_CASE("a batch that a stop cut short says so") {
    support::Stage stage;
    stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto&) { stage.stream.stop(false); });
    stage.stream.queueStream(stage.queue) | foreachRDD([](const auto&) {});
    stage.stream.start();
    stage.world.advance(1s);
    stage.stream.awaitTermination();
    const auto completed = stage.told.all<BatchCompleted>();
    REQUIRE(completed.size() == 1);
    CHECK(completed[0].info.cutShort);
    CHECK(support::contains(describe(completed[0]), "batch 1 (time 1000001000 ms) was cut short by a stop"));
}

TEST_CASE("starting from one's own listener is refused: a stop could wait for the listener meanwhile") {
    support::Stage stage;
    std::string refusal;
    stage.anOutput();
    stage.stream.addStreamingListener([&](const Event& event) {
        if (event.is<BatchStarted>()) refusal = support::messageOf<IllegalState>([&] { stage.stream.start(); });
    });
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(refusal == "dstream: a StreamingContext cannot be started from its own listener");
}

TEST_CASE("a batch interval of a millisecond makes up for ninety of them without a word") {
    support::Stage stage(support::quiet(), std::chrono::milliseconds(1));
    stage.anOutput();
    stage.stream.start();
    stage.world.advance(std::chrono::milliseconds(1));
    stage.world.setWall(stage.world.now(Clock::Wall) + 90'000'000);
    stage.world.advance(std::chrono::milliseconds(1));
    CHECK(stage.batches >= 91);
    CHECK(stage.told.all<TicksMissed>().empty());
}

}  // namespace
