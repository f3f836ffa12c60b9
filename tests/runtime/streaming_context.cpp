// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/streaming_context.hpp>

#include <chrono>
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
using support::contains;
using support::messageOf;
using support::quiet;
using support::Stage;

// --- construction and the graph ---

TEST_CASE("streaming_context: an interval of zero or less is refused") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    for (const auto interval : {0ns, -1ns, -1'000'000'000ns})
        CHECK(messageOf<std::invalid_argument>([&] { StreamingContext stream(context, interval); })
              == "dstream: the batch interval must be longer than zero");
    StreamingContext least(context, 1ns);
    CHECK(least.getState() == StreamingContextState::Initialized);
}

TEST_CASE("streaming_context: nothing can be added after start, nor after stop") {
    Stage stage;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([](const auto&) {});
    stage.stream.start();

    BatchQueue<int> other;
    const auto add = [&](const auto& what) { return messageOf<IllegalState>(what); };
    const auto input = [&] { static_cast<void>(stage.stream.queueStream(other)); };
    const auto socket = [&] { static_cast<void>(stage.stream.socketTextStream("host", 1)); };
    const auto narrow = [&] { static_cast<void>(numbers | map([](int n) { return n; })); };
    const auto wide = [&] {
        static_cast<void>(numbers | map([](int n) { return std::pair{n, n}; }) | reduceByKey(plus));
    };
    const auto output = [&] { numbers | foreachRDD([](const auto&) {}); };
    const auto printed = [&] { numbers | print(); };
    const auto name = [&] { static_cast<void>(numbers.named("x")); };

    CHECK(add(input) == "dstream: adding an input after starting a StreamingContext is not supported");
    CHECK(add(socket) == "dstream: adding an input after starting a StreamingContext is not supported");
    CHECK(add(narrow) == "dstream: adding an operator after starting a StreamingContext is not supported");
    CHECK(contains(add(wide), "after starting"));
    CHECK(add(output) == "dstream: adding an output after starting a StreamingContext is not supported");
    CHECK(contains(add(printed), "an output after starting"));
    CHECK(add(name) == "dstream: adding a name after starting a StreamingContext is not supported");

    stage.stream.stop();
    CHECK(add(input) == "dstream: adding an input after stopping a StreamingContext is not supported");
    CHECK(add(narrow) == "dstream: adding an operator after stopping a StreamingContext is not supported");
    CHECK(add(output) == "dstream: adding an output after stopping a StreamingContext is not supported");
    CHECK(contains(add(name), "after stopping"));
}

TEST_CASE("streaming_context: a stream that outlives its context refuses, and nothing else happens") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    BatchQueue<int> queue;
    auto stream = std::make_unique<StreamingContext>(context, 1s);
    const auto numbers = stream->queueStream(queue);
    stream.reset();
    CHECK(contains(messageOf<IllegalState>([&] { numbers | foreachRDD([](const auto&) {}); }), "after stopping"));
}

TEST_CASE("streaming_context: two nodes of one name are refused at start") {
    Stage stage;
    BatchQueue<int> other;
    stage.stream.queueStream(stage.queue).named("twin") | foreachRDD([](const auto&) {});
    SECTION("two sources") { stage.stream.queueStream(other).named("twin") | foreachRDD([](const auto&) {}); }
    SECTION("a source and a keyed result") {
        stage.stream.queueStream(other) | map([](int n) { return std::pair{n, n}; }) | reduceByKey(plus).named("twin")
            | foreachRDD([](const auto&) {});
    }
    CHECK(messageOf<std::invalid_argument>([&] { stage.stream.start(); })
          == "dstream: two nodes are named \"twin\"; names tell nodes apart and must differ");
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(stage.world.actors() == 0);
}

TEST_CASE("streaming_context: one stream used twice is no twin of itself, nor is an unused one") {
    Stage stage;
    BatchQueue<int> unused;
    const auto numbers = stage.stream.queueStream(stage.queue).named("n");
    static_cast<void>(stage.stream.queueStream(unused).named("n"));
    numbers | foreachRDD([](const auto&) {});
    numbers | map([](int n) { return n; }) | foreachRDD([](const auto&) {});
    stage.stream.start();
    CHECK(stage.stream.getState() == StreamingContextState::Active);
}

TEST_CASE("streaming_context: inputs have ids in the order of their making, and names from kind and id") {
    Stage stage;
    BatchQueue<int> other;
    stage.stream.queueStream(stage.queue) | foreachRDD([](const auto&) {});
    static_cast<void>(stage.stream.queueStream(other));  // unused, but it counts
    stage.stream.queueStream(other) | foreachRDD([](const auto&) {});
    stage.stream.start();
    stage.world.advance(1s);
    const auto submitted = stage.told.all<BatchSubmitted>();
    REQUIRE(submitted.size() == 1);
    REQUIRE(submitted[0].info.inputs.size() == 2);
    CHECK(submitted[0].info.inputs[0].id == 0);
    CHECK(submitted[0].info.inputs[0].name == "queue 0");
    CHECK(submitted[0].info.inputs[1].id == 2);
    CHECK(submitted[0].info.inputs[1].name == "queue 2");
}

// --- start ---

TEST_CASE("streaming_context: the states, from start to stop") {
    Stage stage;
    stage.anOutput();
    CHECK(stage.stream.getState() == StreamingContextState::Initialized);
    CHECK(StreamingContext::getActive() == nullptr);
    stage.stream.start();
    CHECK(stage.stream.getState() == StreamingContextState::Active);
    CHECK(StreamingContext::getActive() == &stage.stream);
    stage.stream.stop();
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(StreamingContext::getActive() == nullptr);
    CHECK(stage.world.actors() == 0);
}

TEST_CASE("streaming_context: start does not wait for anything") {
    Stage stage;
    stage.anOutput();
    const Nanos before = stage.world.now(Clock::Steady);
    stage.stream.start();
    CHECK(stage.world.now(Clock::Steady) == before);
    CHECK(stage.world.steps() == 0);
}

TEST_CASE("streaming_context: start without an output leaves it stopped, with nothing running") {
    Stage stage;
    static_cast<void>(stage.stream.queueStream(stage.queue));
    CHECK(contains(messageOf<std::invalid_argument>([&] { stage.stream.start(); }), "No output operations registered"));
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(StreamingContext::getActive() == nullptr);
    CHECK(stage.world.actors() == 0);
    CHECK(contains(messageOf<IllegalState>([&] { stage.stream.start(); }), "already been stopped"));
    CHECK(stage.stream.awaitTerminationOrTimeout(0ns));
}

TEST_CASE("streaming_context: a second start is a warning and nothing else") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(stage.told.warnings("StreamingContext has already been started") == 1);
    CHECK(stage.told.all<StreamingStarted>().size() == 1);
    CHECK(stage.batches == 3);
    CHECK(stage.stream.getState() == StreamingContextState::Active);
}

TEST_CASE("streaming_context: no start after stop") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    stage.stream.stop(false);
    CHECK(messageOf<IllegalState>([&] { stage.stream.start(); })
          == "dstream: StreamingContext has already been stopped and cannot be started again");
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(stage.world.actors() == 0);
}

TEST_CASE("streaming_context: one active in a process; the refused one may be started later") {
    Stage stage;
    stage.anOutput();
    Context elsewhere("local", "elsewhere", quiet(), stage.world);
    StreamingContext second(elsewhere, 1s);
    BatchQueue<int> queue;
    second.queueStream(queue) | foreachRDD([](const auto&) {});

    stage.stream.start();
    const std::string text = messageOf<IllegalState>([&] { second.start(); });
    CHECK(contains(text, "only one StreamingContext may be started in this process"));
    CHECK(contains(text, "\"stage\""));  // it says which one
    CHECK(second.getState() == StreamingContextState::Initialized);
    CHECK(StreamingContext::getActive() == &stage.stream);

    stage.stream.stop();
    second.start();
    CHECK(second.getState() == StreamingContextState::Active);
    CHECK(StreamingContext::getActive() == &second);
}

TEST_CASE("streaming_context: contexts of two worlds are active together") {
    Stage one;
    one.anOutput();
    Stage two;
    two.anOutput();
    one.stream.start();
    two.stream.start();
    CHECK(StreamingContext::getActive() == &two.stream);
    two.stream.stop();
    CHECK(StreamingContext::getActive() == &one.stream);
    one.stream.stop();
    CHECK(StreamingContext::getActive() == nullptr);
}

TEST_CASE("streaming_context: start on a stopped Context fails and leaves it stopped") {
    Stage stage;
    stage.anOutput();
    stage.context.stop();
    CHECK(messageOf<IllegalState>([&] { stage.stream.start(); }) == "dstream: this Context has been stopped");
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(StreamingContext::getActive() == nullptr);
    CHECK(stage.world.actors() == 0);
}

TEST_CASE("streaming_context: the first event is the start, with the wall clock's time") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    stage.world.runUntilQuiet();
    REQUIRE_FALSE(stage.told.events.empty());
    const auto* started = stage.told.events.front().as<StreamingStarted>();
    REQUIRE(started != nullptr);
    CHECK(started->time.nanoseconds == Stage::beginning);
}

// --- stop ---

TEST_CASE("streaming_context: stop before start is a warning, and final") {
    Stage stage;
    stage.anOutput();
    CHECK(stage.stream.stop(false).droppedBatches == 0);
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(stage.told.warnings("StreamingContext has not been started yet") == 1);
    CHECK(stage.stream.awaitTerminationOrTimeout(0ns));
    CHECK_FALSE(stage.context.isStopped());
    CHECK(contains(messageOf<IllegalState>([&] { stage.stream.start(); }), "already been stopped"));
}

TEST_CASE("streaming_context: stop twice is a warning") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    stage.stream.stop();
    stage.stream.stop();
    CHECK(stage.told.warnings("StreamingContext has already been stopped") == 1);
    CHECK(stage.told.all<StreamingStopped>().size() == 1);
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
}

TEST_CASE("streaming_context: stop stops the Context only if asked, also later, in any state") {
    Stage stage;
    stage.anOutput();
    SECTION("in one call") {
        stage.stream.start();
        stage.stream.stop();
    }
    SECTION("stop(false), then stop(true)") {
        stage.stream.start();
        stage.stream.stop(false);
        CHECK_FALSE(stage.context.isStopped());
        stage.stream.stop(true);
    }
    SECTION("never started") { stage.stream.stop(true); }
    CHECK(stage.context.isStopped());
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
}

TEST_CASE("streaming_context: one Context serves one streaming context after another") {
    testing::World world;
    Context context("local[2]", "c", quiet(), world);
    int seen = 0;
    for (int run = 0; run < 3; ++run) {
        StreamingContext stream(context, 1s);
        BatchQueue<int> queue;
        queue.push(std::vector{1, 2, 3});
        stream.queueStream(queue) | foreachRDD([&](const auto& batch) {
            seen += static_cast<int>(batch.count());
            CHECK(batch.batch().seq == 1);  // each counts from 1
        });
        stream.start();
        world.advance(1s);
        stream.stop(false);
        CHECK(world.actors() == 0);
    }
    CHECK(seen == 9);
    CHECK_FALSE(context.isStopped());
}

TEST_CASE("streaming_context: the destructor stops an active one; the Context goes on") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    {
        StreamingContext stream(context, 1s);
        BatchQueue<int> queue;
        stream.queueStream(queue) | foreachRDD([](const auto&) {});
        stream.start();
        world.advance(2s);
    }
    CHECK(StreamingContext::getActive() == nullptr);
    CHECK(world.actors() == 0);
    CHECK_FALSE(context.isStopped());
}

TEST_CASE("streaming_context: destructors of those that never ran, or failed to start") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    { const StreamingContext never(context, 1s); }
    {
        StreamingContext failed(context, 1s);
        CHECK_THROWS_AS(failed.start(), std::invalid_argument);
    }
    CHECK(world.actors() == 0);
    CHECK(StreamingContext::getActive() == nullptr);
}

TEST_CASE("streaming_context: a listener cannot stop it; nothing else changes") {
    Stage stage;
    stage.anOutput();
    std::string text;
    stage.stream.addStreamingListener([&](const Event& event) {
        if (event.is<BatchCompleted>() && text.empty())
            text = messageOf<IllegalState>([&] { stage.stream.stop(); });
    });
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(contains(text, "cannot be stopped from a listener"));
    CHECK(stage.stream.getState() == StreamingContextState::Active);
    CHECK(stage.batches == 3);
    stage.stream.stop();
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
}

TEST_CASE("streaming_context: a listener cannot stop it during stop either") {
    Stage stage;
    stage.anOutput();
    std::string text;
    stage.stream.addStreamingListener([&](const Event& event) {
        if (event.is<StreamingStopped>())
            text = messageOf<IllegalState>([&] { stage.stream.stop(); });
    });
    stage.stream.start();
    stage.stream.stop();
    CHECK(contains(text, "cannot be stopped from a listener"));
}

TEST_CASE("streaming_context: an output's function asks for a stop, and who waits carries it out") {
    Stage stage;
    const bool graceful = GENERATE(false, true);
    int later = 0;
    stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto& batch) {
        if (batch.batch().seq > 2) ++later;
        if (batch.batch().seq != 2) return;
        const StopReport report = stage.stream.stop(true, graceful);
        CHECK_FALSE(report.graceful);
        CHECK(report.droppedBatches == 0);
        CHECK(stage.stream.getState() == StreamingContextState::Active);  // this batch is still its own
    });
    stage.stream.start();
    stage.stream.awaitTermination();
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(stage.context.isStopped());
    CHECK(stage.world.actors() == 0);
    CHECK(later == (graceful ? 1 : 0));
    REQUIRE(stage.told.all<StreamingStopped>().size() == 1);
    CHECK(stage.told.all<StreamingStopped>()[0].report.graceful == graceful);
}

TEST_CASE("streaming_context: a stop that an output asked for and nobody waits for is the destructor's") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    int ran = 0;
    {
        BatchQueue<int> queue;
        StreamingContext stream(context, 1s);
        stream.queueStream(queue) | foreachRDD([&](const auto&) {
            ++ran;
            stream.stop(false);
        });
        stream.start();
        world.advance(5s);
        CHECK(ran == 1);
    }
    CHECK(world.actors() == 0);
    CHECK(StreamingContext::getActive() == nullptr);
}

TEST_CASE("streaming_context: a stop that was asked for is carried out though an output has failed, and then the error is thrown") {
    const bool signal = GENERATE(false, true);
    testing::World world;
    Context context("local", "c", {.defaultListener = false}, world);
    StreamingContext stream(context, 1s);
    BatchQueue<int> queue;
    int batches = 0;
    stream.queueStream(queue) | foreachRDD([&](const auto&) {
        if (++batches == 1) throw std::runtime_error("first");
        if (batches == 3) signal ? world.interrupt() : static_cast<void>(stream.stop(false));
    });
    stream.start();
    CHECK(messageOf<std::runtime_error>([&] { stream.awaitTermination(); }) == "first");
    CHECK(stream.getState() == StreamingContextState::Active);
    world.advance(3s);
    CHECK(batches == (signal ? 4 : 3));
    CHECK(messageOf<std::runtime_error>([&] { stream.awaitTermination(); }) == "first");
    CHECK(stream.getState() == StreamingContextState::Stopped);
    CHECK(world.actors() == 0);
}

// A program's globals end after main, and perhaps after what is static here: under AddressSanitizer this one tests that nothing of that is used then.
struct Global {
    ~Global() {
        testing::World world;
        Context context("local", "global", quiet(), world);
        BatchQueue<int> queue;
        StreamingContext stream(context, 1s);
        stream.queueStream(queue) | foreachRDD([](const auto&) {});
        stream.start();
        world.advance(2s);
    }
} global;

TEST_CASE("streaming_context: a stop at once takes effect before the next task and the next output") {
    Stage stage;
    int started = 0;
    bool nextOutput = false;
    const auto numbers = stage.stream.queueStream(stage.queue);
    numbers | foreachRDD([&](const auto& batch) {
        batch.foreach([&](int) {
            if (++started == 3) stage.stream.stop(false);
        });
    });
    numbers | foreachRDD([&](const auto&) { nextOutput = true; });
    stage.queue.push(std::vector<std::vector<int>>(100, {1}));
    stage.stream.start();
    stage.world.advance(3s);
    CHECK(started == 3);
    CHECK_FALSE(nextOutput);
    stage.stream.awaitTermination();  // without an error
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    const auto stopped = stage.told.all<StreamingStopped>();
    REQUIRE(stopped.size() == 1);
    CHECK(stopped[0].report.droppedBatches >= 1);  // the one that was cut short, and those formed after it
    CHECK(stopped[0].report.droppedBytes == 0);  // a queue has no bytes
}

TEST_CASE("streaming_context: listeners are added and removed in any state") {
    Stage stage;
    stage.anOutput();
    Stage another;
    std::vector<std::string> heard;
    const auto hears = [&](const std::string& name) {
        return stage.stream.addStreamingListener([&heard, name](const Event& event) {
            if (event.is<StreamingStarted>() || event.is<StreamingStopped>() || event.is<BatchCompleted>()) heard.push_back(name);
        });
    };
    const ListenerId before = hears("before");
    CHECK(stage.stream.removeStreamingListener(hears("never")));
    const ListenerId until = hears("until");
    stage.stream.start();
    const ListenerId active = hears("active");
    stage.world.advance(1s);
    CHECK(heard == std::vector<std::string>{"before", "until", "active", "before", "until", "active"});  // whoever is there when the start is told
    CHECK(stage.stream.removeStreamingListener(until));
    CHECK_FALSE(stage.stream.removeStreamingListener(until));
    CHECK_FALSE(another.stream.removeStreamingListener(active));
    CHECK_FALSE(stage.stream.removeStreamingListener(ListenerId{}));
    CHECK(stage.stream.removeStreamingListener(active));
    heard.clear();
    stage.world.advance(1s);
    stage.stream.stop(false);
    CHECK(heard == std::vector<std::string>{"before", "before"});
    CHECK(stage.stream.removeStreamingListener(before));
    CHECK(stage.stream.removeStreamingListener(hears("after")));
    stage.stream.stop(false);
    CHECK(heard.size() == 2);
}

// --- the active one ---

TEST_CASE("streaming_context: getActiveOrCreate gives the active one, and makes another only where there is none") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    BatchQueue<int> queue;
    int made = 0;
    const auto make = [&] {
        ++made;
        auto fresh = std::make_unique<StreamingContext>(context, 1s);
        fresh->queueStream(queue) | foreachRDD([](const auto&) {});
        return fresh;
    };
    {
        const auto first = StreamingContext::getActiveOrCreate(make);
        CHECK(first.created());
        CHECK(first->getState() == StreamingContextState::Initialized);
        CHECK(StreamingContext::getActive() == nullptr);  // nobody has started it
        first->start();
        {
            const auto same = StreamingContext::getActiveOrCreate(make);
            CHECK_FALSE(same.created());
            CHECK(&*same == &*first);
            same->start();  // a warning
            const auto moved = StreamingContext::getActiveOrCreate(make);
            CHECK(&*moved == &*first);
        }
        CHECK(made == 1);
        CHECK(first->getState() == StreamingContextState::Active);  // it is not theirs
        first->stop(false);
        CHECK(StreamingContext::getActiveOrCreate(make).created());
        CHECK(made == 2);
    }
    CHECK(StreamingContext::getActive() == nullptr);
    {
        auto owner = StreamingContext::getActiveOrCreate(make);
        owner->start();
        const auto kept = std::move(owner);
        CHECK(kept.created());
        CHECK(StreamingContext::getActive() == &*kept);
    }
    CHECK(StreamingContext::getActive() == nullptr);  // it has gone with its handle
    CHECK(world.actors() == 0);
}

TEST_CASE("streaming_context: getActiveOrCreate of a function that gives none, or throws") {
    CHECK(messageOf<std::invalid_argument>([] { static_cast<void>(StreamingContext::getActiveOrCreate([] { return std::unique_ptr<StreamingContext>(); })); }) ==
          "dstream: getActiveOrCreate: the function gave no StreamingContext");
    CHECK(messageOf<std::runtime_error>([] {
              static_cast<void>(StreamingContext::getActiveOrCreate([]() -> std::unique_ptr<StreamingContext> { throw std::runtime_error("not now"); }));
          }) == "not now");
}

TEST_CASE("streaming_context: a stop waits a second for slow listeners, and tells them that it was") {
    Stage stage;
    stage.anOutput();
    bool slow = false;
    stage.stream.addStreamingListener([&](const Event&) {
        if (slow) stage.world.advance(100ms);
    });
    stage.stream.start();
    for (int i = 0; i < 200; ++i) stage.stream.start();  // a warning each
    slow = true;
    const Nanos before = stage.world.now(Clock::Steady);
    stage.stream.stop();
    CHECK(stage.world.now(Clock::Steady) - before == 1'200'000'000);  // a second, the number of those not told, and the stop
    CHECK(stage.told.warnings("191 events were not told") == 1);
    CHECK(stage.told.events.back().is<StreamingStopped>());
}

TEST_CASE("streaming_context: stop is the last event") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    stage.world.advance(2s);
    const bool graceful = GENERATE(false, true);
    const StopReport report = stage.stream.stop(true, graceful);
    CHECK(report.graceful == graceful);
    REQUIRE_FALSE(stage.told.events.empty());
    const auto* stopped = stage.told.events.back().as<StreamingStopped>();
    REQUIRE(stopped != nullptr);
    CHECK(stopped->report.graceful == graceful);
    CHECK(stopped->report.droppedBatches == 0);
    CHECK(stopped->report.droppedBytes == 0);
    stage.world.advance(5s);
    CHECK(stage.told.all<StreamingStopped>().size() == 1);
}

TEST_CASE("streaming_context: a graceful stop makes one more batch and works it off") {
    Stage stage;
    std::vector<int> seen;
    stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto& batch) {
        for (const int n : batch.collect()) seen.push_back(n);
    });
    stage.stream.start();
    stage.world.advance(1s);
    stage.queue.push(std::vector{7});
    const StopReport report = stage.stream.stop(true, true);
    CHECK(report.graceful);
    CHECK(seen == std::vector{7});
    CHECK(stage.world.now(Clock::Wall) == Stage::beginning - 250'000'000 + 2'000'000'000);
}

TEST_CASE("streaming_context: signals end awaitTermination, at once or in good order") {
    const bool graceful = GENERATE(false, true);
    testing::World world;
    Context context("local", "c", {.stopGracefullyOnShutdown = graceful, .defaultListener = false}, world);
    support::Told told;
    StreamingContext stream(context, 1s);
    stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
    BatchQueue<int> queue;
    int batches = 0;
    stream.queueStream(queue) | foreachRDD([&](const auto& batch) {
        if (++batches == 3) world.interrupt();
        static_cast<void>(batch);
    });
    CHECK_FALSE(world.signalsWatched());
    stream.start();
    CHECK(world.signalsWatched());
    stream.awaitTermination();
    CHECK(stream.getState() == StreamingContextState::Stopped);
    CHECK_FALSE(world.signalsWatched());
    CHECK_FALSE(context.isStopped());
    REQUIRE(told.all<StreamingStopped>().size() == 1);
    CHECK(told.all<StreamingStopped>()[0].report.graceful == graceful);
    CHECK(batches == (graceful ? 4 : 3));
}

TEST_CASE("streaming_context: without stopOnSignals they are left alone") {
    Stage stage;
    stage.anOutput();
    stage.stream.start();
    CHECK_FALSE(stage.world.signalsWatched());
}

TEST_CASE("streaming_context: the default listener writes to stderr under the context's name; without it there is silence") {
    const bool listening = GENERATE(true, false);
    Stage stage({.stopOnSignals = false, .defaultListener = listening});
    stage.anOutput();
    stage.stream.start();
    stage.stream.start();
    stage.world.advance(2s);
    stage.stream.stop();
    CHECK(stage.world.err() == (listening ? "stage: warning: StreamingContext has already been started\n" : ""));
    CHECK(stage.world.out().empty());
}

// --- waiting ---

TEST_CASE("streaming_context: awaitTerminationOrTimeout says whether it is stopped") {
    Stage stage;
    stage.anOutput();
    CHECK_FALSE(stage.stream.awaitTerminationOrTimeout(1s));  // not even started
    stage.stream.start();
    const Nanos before = stage.world.now(Clock::Steady);
    CHECK_FALSE(stage.stream.awaitTerminationOrTimeout(2500ms));
    CHECK(stage.world.now(Clock::Steady) - before == 2'500'000'000);
    CHECK_FALSE(stage.stream.awaitTerminationOrTimeout(0ns));
    CHECK_FALSE(stage.stream.awaitTerminationOrTimeout(-1s));
    stage.stream.stop();
    CHECK(stage.stream.awaitTerminationOrTimeout(0ns));
    CHECK(stage.stream.awaitTerminationOrTimeout(std::chrono::nanoseconds::max()));
    stage.stream.awaitTermination();
}

TEST_CASE("streaming_context: the longest time-outs are none") {
    Stage stage;
    stage.stream.queueStream(stage.queue) | foreachRDD([&](const auto& batch) {
        if (batch.batch().seq == 3) stage.queue.close();
    });
    stage.stream.start();
    stage.world.advance(1s);
    const bool longest = GENERATE(false, true);
    CHECK((longest ? stage.stream.awaitTerminationOrTimeout(std::chrono::nanoseconds::max()) : stage.stream.awaitTerminationOrTimeout(std::chrono::milliseconds::max())));
    CHECK(stage.batches == 0);
}

TEST_CASE("streaming_context: awaitTermination returns when all sources have come to their end") {
    Stage stage;
    stage.anOutput();
    BatchQueue<int> second;
    int seconds = 0;
    stage.stream.queueStream(second) | foreachRDD([&](const auto& batch) { seconds += static_cast<int>(batch.count()); });
    stage.queue.push(std::vector{1});
    stage.queue.close();
    second.push(std::vector{1, 2});
    second.push(std::vector{3});
    second.push(std::vector{4});
    second.close();
    stage.stream.start();
    stage.stream.awaitTermination();
    CHECK(stage.stream.getState() == StreamingContextState::Stopped);
    CHECK(stage.batches == 3);
    CHECK(seconds == 4);
    CHECK_FALSE(stage.context.isStopped());
    REQUIRE(stage.told.all<StreamingStopped>().size() == 1);
    CHECK(stage.told.all<StreamingStopped>()[0].report.graceful);
    CHECK(stage.world.actors() == 0);
}

TEST_CASE("streaming_context: an error is thrown by every later wait, before and after stop") {
    Stage stage;
    stage.stream.queueStream(stage.queue) | foreachRDD([](const auto& batch) {
        if (batch.batch().seq <= 2) throw std::runtime_error("batch " + std::to_string(batch.batch().seq));
    });
    stage.stream.start();
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "batch 1");
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "batch 1");
    stage.world.advance(5s);
    CHECK(stage.stream.getState() == StreamingContextState::Active);  // it goes on by itself
    CHECK(messageOf<std::runtime_error>([&] { static_cast<void>(stage.stream.awaitTerminationOrTimeout(0ns)); }) == "batch 2");
    stage.stream.stop();
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "batch 2");
    CHECK(messageOf<std::runtime_error>([&] { static_cast<void>(stage.stream.awaitTerminationOrTimeout(1s)); }) == "batch 2");
}

TEST_CASE("streaming_context: what leaves a part of the runtime is thrown by every later wait too, and does not come in the way of a stop") {
    struct Breaking final : Actor {
        Step step(World&) override { throw std::runtime_error("broken"); }
    };
    for (const bool waits : {true, false}) {
        support::Stage stage;
        stage.anOutput();
        stage.stream.start();
        Breaking breaking;
        stage.world.spawn(breaking, Lane::Io);
        for (int i = 0; waits && i < 2; ++i) CHECK(support::messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "broken");
        CHECK(stage.stream.stop(false, true).graceful == waits);
        CHECK(stage.told.warnings("a part of the runtime failed: broken") == (waits ? 0 : 1));
        CHECK(stage.stream.getState() == StreamingContextState::Stopped);
        CHECK(support::messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "broken");
        stage.world.retire(breaking);
    }
}

TEST_CASE("streaming_context: what was thrown arrives as it was, of whatever type") {
    Stage stage;
    stage.stream.queueStream(stage.queue) | foreachRDD([](const auto&) { throw 42; });
    stage.stream.start();
    CHECK_THROWS_AS(stage.stream.awaitTermination(), int);
    stage.stream.stop();
    const auto completed = stage.told.all<OutputCompleted>();
    REQUIRE(completed.size() == 1);
    CHECK(completed[0].failure == "an exception of unknown type");
}

TEST_CASE("streaming_context: an error comes before the sources' end") {
    Stage stage;
    stage.stream.queueStream(stage.queue) | foreachRDD([](const auto& batch) {
        if (batch.batch().seq == 2) throw std::runtime_error("the last one");
    });
    stage.queue.push(std::vector{1});
    stage.queue.push(std::vector{2});
    stage.queue.close();
    stage.stream.start();
    CHECK(messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "the last one");
}

TEST_CASE("streaming_context: ordered results have equal bytes at any number of workers") {
    const auto sums = [](std::size_t workers) {
        testing::World world;
        Context context("local[" + std::to_string(workers) + "]", "ordered", Configuration{.ordered = true, .stopOnSignals = false, .defaultListener = false}, world);
        StreamingContext stream(context, std::chrono::seconds(1));
        BatchQueue<int> queue;
        std::vector<std::pair<int, double>> seen;
        stream.queueStream(queue) | map([](int x) { return std::pair{x % 7, 1.0 / x}; }) | reduceByKey(plus)
            | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
        std::vector<std::vector<int>> partitions(5);
        for (int i = 1; i <= 3000; ++i) partitions[static_cast<std::size_t>(i % 5)].push_back(i);
        queue.push(partitions);
        stream.start();
        world.advance(std::chrono::seconds(1));
        return seen;
    };
    const auto one = sums(1);
    CHECK(one.size() == 7);
    for (const std::size_t workers : {2U, 4U, 8U}) CHECK(sums(workers) == one);
}

}  // namespace
