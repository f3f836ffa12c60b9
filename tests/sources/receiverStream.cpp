// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/receiverStream.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
using support::contains;
using support::messageOf;
using support::quiet;
using Numbers = std::vector<int>;

/// What a receiver's functions are told, and do, in a test.
struct Script {
    std::vector<ReceiverHandle<int>> handles;
    int stops = 0;
    std::function<void(const ReceiverHandle<int>&)> onStart = [](const auto&) {};
    std::function<void()> onStop = [] {};
};
struct Scripted {
    using value_type = int;
    std::shared_ptr<Script> script;
    void onStart(ReceiverHandle<int> handle) const {
        script->handles.push_back(handle);
        script->onStart(handle);
    }
    void onStop() const {
        ++script->stops;
        script->onStop();
    }
};

struct Custom {
    explicit Custom(Configuration configuration = quiet()) : context("local[2]", "custom", configuration, world), stream(context, 1s) {
        stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
        stream.receiverStream(Scripted{script}) | foreachRDD([this](const auto& batch) {
            batches.push_back(batch.collect());
            partitions.push_back(batch | glom() | collect());
        });
    }
    void start() {
        stream.start();
        world.runUntilQuiet();
    }
    void tick() { world.advance(1s); }
    [[nodiscard]] ReceiverHandle<int> handle() const { return script->handles.back(); }
    [[nodiscard]] ReceiverInfo receiver() const { return stream.receivers().at(0); }
    [[nodiscard]] std::vector<std::string> receiverTexts() const {
        std::vector<std::string> texts;
        for (const auto& changed : told.all<ReceiverChanged>()) texts.push_back(describe(changed));
        return texts;
    }

    std::shared_ptr<Script> script = std::make_shared<Script>();
    support::Told told;
    std::vector<Numbers> batches;
    std::vector<std::vector<Numbers>> partitions;
    testing::World world{support::Stage::beginning};
    Context context;
    StreamingContext stream;
};

/// Memory for 256 numbers, blocks of 64.
Configuration small() {
    return {.blockMemory = 1024, .blockBytes = 256, .maxRecordBytes = 256, .stopOnSignals = false, .defaultListener = false};
}

// --- storing ---

TEST_CASE("receiverStream: each batch holds what was stored since the one before") {
    Custom test;
    test.start();
    CHECK(test.handle().store(1));
    CHECK(test.handle().tryStore(2));
    test.tick();
    test.tick();
    const int three = 3;
    CHECK(test.handle().tryStore(three));
    test.tick();
    CHECK(test.batches == std::vector<Numbers>{{1, 2}, {}, {3}});
    CHECK(test.handle().streamId() == 0);
}

TEST_CASE("receiverStream: many records are a block, in the order of the stores") {
    Custom test;
    test.start();
    test.handle().store(1);
    test.handle().store(2);
    test.handle().store(Numbers{3, 4, 5});
    test.handle().store(Numbers{});
    test.handle().store({6, 7});
    test.handle().store(8);
    test.tick();
    CHECK(test.partitions == std::vector<std::vector<Numbers>>{{{1, 2}, {3, 4, 5}, {6, 7}, {8}}});
    const InputInfo input = test.told.all<BatchSubmitted>().at(0).info.inputs.at(0);
    CHECK(input.blocks == 4);
    CHECK(input.to - input.from == 8 * sizeof(int));
    CHECK(test.receiver().bytes == 8 * sizeof(int));
}

TEST_CASE("receiverStream: the open block is cut at blockBytes") {
    Custom test(small());
    test.start();
    for (int i = 0; i < 150; ++i) CHECK(test.handle().tryStore(i));
    test.tick();
    REQUIRE(test.partitions.size() == 1);
    REQUIRE(test.partitions[0].size() == 3);
    CHECK(test.partitions[0][0].size() == 64);
    CHECK(test.partitions[0][1].size() == 64);
    CHECK(test.batches[0].size() == 150);
}

TEST_CASE("receiverStream: onStart may store, and stop, at once") {
    Custom test;
    test.script->onStart = [](const ReceiverHandle<int>& handle) {
        CHECK(handle.isStarted());
        handle.store(1);
        handle.stop("enough");
        CHECK(handle.isStopped());
        handle.store(2);  // the run has not ended
    };
    test.start();
    CHECK(test.script->stops == 1);
    CHECK(test.receiver().state == ReceiverState::Stopped);
    CHECK(test.receiver().lastError == "enough");
    test.tick();
    CHECK(test.batches == std::vector<Numbers>{{1, 2}});
}

TEST_CASE("receiverStream: records of other types; a receiver that can only be moved") {
    struct Words {
        using value_type = std::string;
        std::unique_ptr<std::optional<ReceiverHandle<std::string>>> handle;
        void onStart(ReceiverHandle<std::string> given) { handle->emplace(std::move(given)); (*handle)->store("a word"s); }
        void onStop() { handle->reset(); }
    };
    struct Owners {
        using value_type = std::unique_ptr<int>;
        void onStart(const ReceiverHandle<std::unique_ptr<int>>& handle) const {
            handle.store(std::make_unique<int>(1));
            auto two = std::make_unique<int>(2);
            CHECK(handle.tryStore(std::move(two)));
        }
        void onStop() const {}
    };
    support::Stage stage;
    std::vector<std::string> words;
    std::int64_t sum = 0;
    Words receiver{std::make_unique<std::optional<ReceiverHandle<std::string>>>()};
    stage.stream.receiverStream(std::move(receiver)) | foreachRDD([&](const auto& batch) { words = batch.collect(); });
    stage.stream.receiverStream(Owners{}) | map([](const std::unique_ptr<int>& n) { return *n; }) | foreachRDD([&](const auto& batch) { sum = batch.sum(); });
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(words == std::vector{"a word"s});
    CHECK(sum == 3);
}

TEST_CASE("receiverStream: of two outputs each gets every record") {
    support::Stage stage;
    auto script = std::make_shared<Script>();
    script->onStart = [](const auto& handle) { handle.store({1, 2, 3}); };
    const auto numbers = stage.stream.receiverStream(Scripted{script});
    std::int64_t sum = 0;
    std::int64_t records = 0;
    numbers | foreachRDD([&](const auto& batch) { sum += batch.sum(); });
    numbers | count() | foreachRDD([&](const auto& batch) { records += batch.first(); });
    stage.stream.start();
    stage.world.advance(2s);
    CHECK(sum == 6);
    CHECK(records == 3);
    CHECK(script->handles.size() == 1);
}

// --- restart, stop, finish, fail ---

TEST_CASE("receiverStream: onStart may ask for the whole stream's stop; who waits carries it out, and onStop is called behind onStart") {
    Custom custom;
    bool inStart = false;
    custom.script->onStart = [&](const auto& handle) {
        inStart = true;
        handle.store(1);
        CHECK(custom.stream.stop(false, true).droppedBatches == 0);
        CHECK(custom.stream.getState() == StreamingContextState::Active);
        inStart = false;
    };
    custom.script->onStop = [&] { CHECK_FALSE(inStart); };
    custom.stream.start();
    custom.stream.awaitTermination();
    CHECK(custom.stream.getState() == StreamingContextState::Stopped);
    CHECK(custom.script->stops == 1);
    Numbers processed;
    for (const Numbers& batch : custom.batches) processed.insert(processed.end(), batch.begin(), batch.end());
    CHECK(processed == Numbers{1});
}

TEST_CASE("receiverStream: restart calls onStop, waits and calls onStart with a new handle") {
    Custom test;
    test.start();
    const ReceiverHandle<int> first = test.handle();
    first.store(1);
    first.restart("the source went away");
    first.restart("a second wish of a run does not count");
    CHECK(first.isStopped());
    CHECK(test.script->stops == 0);  // asynchronous
    test.world.runUntilQuiet();
    CHECK(test.script->stops == 1);
    CHECK(test.receiver().state == ReceiverState::BackingOff);
    CHECK(test.receiver().lastError == "the source went away");
    CHECK(contains(messageOf<IllegalState>([&] { first.store(2); }), "has been stopped or started anew"));
    test.world.advance(1999ms);
    CHECK(test.script->handles.size() == 1);
    test.world.advance(1ms);
    REQUIRE(test.script->handles.size() == 2);
    CHECK(test.handle().isStarted());
    CHECK(first.isStopped());
    CHECK_THROWS_AS(first.store(3), IllegalState);
    first.restart("of an earlier run");
    first.finish();
    test.handle().store(4);
    test.tick();
    CHECK(test.script->handles.size() == 2);
    CHECK(test.receiver().connections == 2);
    CHECK(test.batches == std::vector<Numbers>{{1}, {}, {4}});
    CHECK(test.receiverTexts() == std::vector{"receiver receiver 0: connecting"s, "receiver receiver 0: up"s,
                                              "receiver receiver 0: backing off, the source went away"s,
                                              "receiver receiver 0: connecting"s, "receiver receiver 0: up"s});
}

TEST_CASE("receiverStream: restart after a delay of one's own, none included") {
    Custom test;
    test.start();
    test.handle().restart("quickly", 100ms);
    test.world.advance(99ms);
    CHECK(test.script->handles.size() == 1);
    test.world.advance(1ms);
    CHECK(test.script->handles.size() == 2);
    test.handle().restart("at once", 0s);
    test.world.runUntilQuiet();
    CHECK(test.script->handles.size() == 3);
    test.handle().restart("never", std::chrono::nanoseconds::max());
    test.world.advance(1h);
    CHECK(test.script->handles.size() == 3);
    CHECK(test.stream.stop(true, true).graceful);
    CHECK(test.script->stops == 3);
}

TEST_CASE("receiverStream: stop is final, and the stream goes on") {
    Custom test;
    test.start();
    const ReceiverHandle<int> handle = test.handle();
    handle.store(1);
    const bool inThePause = GENERATE(false, true);
    if (inThePause) {
        handle.restart("pause");
        test.world.runUntilQuiet();
    }
    handle.stop("no more");
    handle.restart("too late");
    handle.finish();
    test.world.advance(5s);
    CHECK(test.script->handles.size() == 1);
    CHECK(test.script->stops == 1);
    CHECK(test.receiver().state == ReceiverState::Stopped);
    CHECK(test.receiver().lastError == "no more");
    CHECK(test.batches.size() == 5);
    CHECK(test.batches.front() == Numbers{1});
    CHECK(test.stream.getState() == StreamingContextState::Active);
    CHECK_THROWS_AS(handle.store(2), IllegalState);
    CHECK_THROWS_AS(handle.store(Numbers{2}), IllegalState);
    CHECK_THROWS_AS(handle.store(Numbers{}), IllegalState);
    CHECK_THROWS_AS(handle.tryStore(2), IllegalState);
}

TEST_CASE("receiverStream: a stop goes before a wish that has not been granted") {
    Custom test;
    test.start();
    test.handle().finish();
    test.handle().stop("stop");
    test.world.runUntilQuiet();
    CHECK(test.receiver().state == ReceiverState::Stopped);
}

TEST_CASE("receiverStream: finish is the end of the source; all stored is processed and the stream ends") {
    Custom test(small());
    test.start();
    for (int i = 0; i < 100; ++i) test.handle().store(i);
    test.handle().finish();
    test.stream.awaitTermination();
    CHECK(test.stream.getState() == StreamingContextState::Stopped);
    CHECK(test.batches.at(0).size() == 100);
    CHECK(test.receiver().state == ReceiverState::Finished);
    CHECK(test.script->stops == 1);
}

TEST_CASE("receiverStream: an onStart that throws has failed for good, and awaitTermination throws it") {
    Custom test;
    test.script->onStart = [](const auto& handle) {
        handle.store(1);
        throw std::out_of_range("no such device");
    };
    test.script->onStop = [] { throw std::runtime_error("what onStop throws then is not told"); };
    test.start();
    CHECK(messageOf<std::out_of_range>([&] { test.stream.awaitTermination(); }) == "no such device");
    CHECK(test.receiver().state == ReceiverState::Failed);
    CHECK(test.receiver().lastError == "no such device");
    CHECK(test.script->stops == 1);
    test.world.advance(5s);
    CHECK(test.script->handles.size() == 1);
    CHECK(test.batches.at(0) == Numbers{1});
    test.stream.stop(true, true);
    CHECK(test.script->stops == 1);
}

TEST_CASE("receiverStream: an onStop that throws fails the receiver too, in a stop at once as well") {
    Custom test;
    test.script->onStop = [] { throw std::runtime_error("it hangs"); };
    test.start();
    if (GENERATE(false, true)) {
        test.handle().restart("again");
        test.world.runUntilQuiet();
        CHECK(test.receiver().state == ReceiverState::Failed);
        CHECK(messageOf<std::runtime_error>([&] { test.stream.awaitTermination(); }) == "it hangs");
    } else {
        test.stream.stop();
        CHECK(test.receiver().state == ReceiverState::Failed);
        CHECK(test.receiver().lastError == "it hangs");
        CHECK(messageOf<std::runtime_error>([&] { test.stream.awaitTermination(); }) == "it hangs");
    }
}

TEST_CASE("receiverStream: reportError is an event, and receiving goes on") {
    Custom test;
    test.start();
    test.handle().reportError("a bad record");
    test.handle().store(1);
    test.tick();
    CHECK(test.told.warnings("receiver receiver 0: a bad record") == 1);
    CHECK(test.receiver().state == ReceiverState::Up);
    CHECK(test.receiver().lastError == "a bad record");
    CHECK(test.receiver().lastErrorTime == support::Stage::beginning);
    CHECK(test.told.all<ReceiverChanged>().back().info.lastError == "a bad record");
    CHECK(test.batches == std::vector<Numbers>{{1}});
}

// --- the stream's stop ---

TEST_CASE("receiverStream: a graceful stop processes what was stored, what onStop stores included") {
    Custom test;
    test.script->onStop = [&] { CHECK(test.script->handles.back().store(2)); };
    test.start();
    const ReceiverHandle<int> handle = test.handle();
    handle.store(1);
    const StopReport report = test.stream.stop(true, true);
    CHECK(report.graceful);
    CHECK(report.droppedBytes == 0);
    CHECK(test.script->stops == 1);
    CHECK(test.batches.at(0) == Numbers{1, 2});
    CHECK(test.receiver().state == ReceiverState::Stopped);
    CHECK(test.world.actors() == 0);
    CHECK(handle.isStopped());
    CHECK_THROWS_AS(handle.store(3), IllegalState);
}

TEST_CASE("receiverStream: a stop at once says how many bytes it drops, and calls onStop") {
    Custom test;
    test.start();
    test.handle().store(1);
    test.tick();
    test.handle().store(2);
    test.handle().store(Numbers{3, 4});
    const StopReport report = test.stream.stop();
    CHECK(report.droppedBytes == 3 * sizeof(int));
    CHECK(test.script->stops == 1);
    CHECK(test.batches == std::vector<Numbers>{{1}});
    CHECK_THROWS_AS(test.handle().store(5), IllegalState);
}

TEST_CASE("receiverStream: a handle outlives its context") {
    std::shared_ptr<Script> script;
    {
        Custom test;
        script = test.script;
        test.start();
        test.handle().store(1);
    }
    CHECK(script->stops == 1);
    const ReceiverHandle<int> handle = script->handles.at(0);
    CHECK(handle.isStopped());
    CHECK_THROWS_AS(handle.store(1), IllegalState);
    CHECK_THROWS_AS(handle.store(Numbers{1}), IllegalState);
    handle.reportError("nobody hears it");
    handle.restart("nor this");
    handle.stop("nor this");
    handle.finish();
    CHECK(handle.streamId() == 0);
}

TEST_CASE("receiverStream: one that no output uses does not start") {
    support::Stage stage;
    auto script = std::make_shared<Script>();
    static_cast<void>(stage.stream.receiverStream(Scripted{script}));
    stage.anOutput();
    stage.stream.start();
    stage.world.advance(1s);
    CHECK(script->handles.empty());
    CHECK(stage.stream.receivers().at(0).state == ReceiverState::Stopped);
    stage.stream.stop(true, true);
    CHECK(script->stops == 0);
}

// --- memory ---

TEST_CASE("receiverStream: at the memory bound tryStore says no, until a batch is done") {
    Custom test(small());
    test.start();
    int stored = 0;
    while (test.handle().tryStore(stored)) ++stored;
    CHECK(stored == 256);
    test.tick();
    while (test.handle().tryStore(stored)) ++stored;
    CHECK(stored == 512);
    test.tick();
    CHECK(test.batches.at(0).size() + test.batches.at(1).size() == 512);
}

TEST_CASE("receiverStream: what can never fit is refused; within onStart nothing waits") {
    constexpr std::size_t most = (512 - detail::ReceiverStore<int>::blockOverhead) / sizeof(int);
    Custom test(small());
    test.script->onStart = [](const ReceiverHandle<int>& handle) {
        handle.store(Numbers(most, 1));
        handle.store(Numbers(most, 2));
        CHECK_FALSE(handle.tryStore(3));
        handle.store(3);
    };
    test.start();
    CHECK(test.receiver().state == ReceiverState::Failed);
    CHECK(contains(test.receiver().lastError, "store would wait for memory inside onStart"));

    Custom other(small());
    other.start();
    CHECK(messageOf<std::length_error>([&] { other.handle().store(Numbers(most + 1, 1)); }) ==
          "dstream: 516 bytes cannot be stored at once; the most is half of blockMemory, 512");
    other.handle().store(1);
    other.tick();
    CHECK(other.batches == std::vector<Numbers>{{1}});
}

TEST_CASE("receiverStream: maxBatchBytes caps a batch, but at least a block goes") {
    Configuration configuration = small();
    configuration.maxBatchBytes = GENERATE(1U, 600U);
    Custom test(configuration);
    test.start();
    for (int i = 0; i < 256; ++i) test.handle().store(i);
    test.tick();
    CHECK(test.batches.at(0).size() == (configuration.maxBatchBytes == 1 ? 64 : 128));
    CHECK(test.stream.stop(true, true).graceful);
    Numbers all;
    for (const Numbers& batch : test.batches) all.insert(all.end(), batch.begin(), batch.end());
    CHECK(all.size() == 256);
    CHECK(all.back() == 255);
}

}  // namespace
