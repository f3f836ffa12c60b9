// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/batch_clock.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::quiet;
using support::Stage;

/// A stream over an interval whose batches' identities are kept.
struct Ticking {
    explicit Ticking(std::chrono::nanoseconds interval, Nanos start = Stage::beginning) : stage(quiet(), interval, start) {
        stage.stream.queueStream(stage.queue) | foreachRDD([this](const auto& batch) {
            seqs.push_back(batch.batch().seq);
            times.push_back(batch.time().nanoseconds);
            at.push_back(stage.world.now(Clock::Wall));
        });
        stage.stream.start();
    }
    void seqHasNoGaps() const {
        for (std::size_t i = 0; i < seqs.size(); ++i) REQUIRE(seqs[i] == i + 1);
        for (std::size_t i = 1; i < times.size(); ++i) REQUIRE(times[i] > times[i - 1]);
    }
    [[nodiscard]] std::uint64_t missed() const {
        std::uint64_t count = 0;
        for (const auto& event : stage.told.all<TicksMissed>()) count += event.count;
        return count;
    }

    std::vector<std::uint64_t> seqs;
    std::vector<Nanos> times;
    std::vector<Nanos> at;
    Stage stage;
};

constexpr Nanos second = 1'000'000'000;
constexpr Nanos full = Stage::beginning - 250'000'000;  // the full second before the beginning

TEST_CASE("batch_clock: batch times are the interval's multiples, each formed at its time") {
    Ticking ticking(1s);
    ticking.stage.world.advance(749'999'999ns);
    CHECK(ticking.times.empty());
    ticking.stage.world.advance(1ns);
    CHECK(ticking.times == std::vector<Nanos>{full + second});
    ticking.stage.world.advance(2s);
    CHECK(ticking.times == std::vector<Nanos>{full + second, full + 2 * second, full + 3 * second});
    CHECK(ticking.at == ticking.times);
    ticking.seqHasNoGaps();
}

TEST_CASE("batch_clock: who starts on a multiple gets the next one, a full interval later") {
    Ticking ticking(1s, full);
    ticking.stage.world.runUntilQuiet();
    CHECK(ticking.times.empty());
    ticking.stage.world.advance(1s);
    CHECK(ticking.times == std::vector<Nanos>{full + second});
}

TEST_CASE("batch_clock: before 1970 too the first batch is the next multiple") {
    Ticking ticking(1s, -2'500'000'000);
    ticking.stage.world.advance(500ms);
    CHECK(ticking.times == std::vector<Nanos>{-2 * second});
    CHECK(BatchClock::lastMultiple(-2 * second, second) == -2 * second);
    CHECK(BatchClock::lastMultiple(-1, second) == -second);
    CHECK(BatchClock::lastMultiple(second - 1, second) == 0);
}

TEST_CASE("batch_clock: one nanosecond before a multiple the first batch is a nanosecond away") {
    Ticking ticking(1s, full - 1);
    ticking.stage.world.advance(1ns);
    CHECK(ticking.times == std::vector<Nanos>{full});
}

TEST_CASE("batch_clock: no drift over ten thousand ticks, of whatever interval") {
    const std::chrono::nanoseconds interval{GENERATE(100'000, 999'999'937, 33'333'333, 1'000'000'000, 7)};
    Ticking ticking(interval);
    ticking.stage.world.advance(interval * 10'000);
    REQUIRE(ticking.times.size() == 10'000);
    ticking.seqHasNoGaps();
    for (const Nanos time : ticking.times) REQUIRE(time % interval.count() == 0);
    CHECK(ticking.at == ticking.times);
    CHECK(ticking.times.back() - ticking.times.front() == interval.count() * 9'999);
    CHECK(ticking.missed() == 0);
}

TEST_CASE("batch_clock: the zero time lies one interval before the first batch") {
    testing::World world(full + 1);
    EventBus events(world);
    Graph graph;
    CancellableRunner runner{RunnerRef{}, 1};
    Scheduler scheduler(world, graph, events, runner, FailurePolicy::Report);
    const BatchClock clock(world, second, {}, 0, scheduler, events);
    CHECK(clock.zero().nanoseconds == full);
    CHECK(clock.formed() == 0);
    CHECK_FALSE(clock.done());
    const BatchClock onTheDot(world, 1, {}, 0, scheduler, events);
    CHECK(onTheDot.zero().nanoseconds == full + 1);
}

TEST_CASE("batch_clock: a few overdue ticks are made up one by one") {
    Ticking ticking(1s);
    ticking.stage.world.advance(1s);
    REQUIRE(ticking.times.size() == 1);
    ticking.stage.world.setWall(full + 11 * second + 500'000'000);  // as if the process had been held up
    ticking.stage.world.advance(1s);
    ticking.seqHasNoGaps();
    REQUIRE(ticking.times.size() == 12);
    CHECK(ticking.times.back() == full + 12 * second);
    CHECK(ticking.missed() == 0);
    for (std::size_t i = 1; i < ticking.times.size(); ++i) CHECK(ticking.times[i] - ticking.times[i - 1] == second);
}

TEST_CASE("batch_clock: many missed ticks are one gap, with an event") {
    Ticking ticking(1s);
    ticking.stage.world.advance(1s);
    ticking.stage.world.setWall(full + 3600 * second + 500'000'000);
    ticking.stage.world.advance(1s);
    ticking.seqHasNoGaps();
    const auto gaps = ticking.stage.told.all<TicksMissed>();
    REQUIRE(gaps.size() == 1);
    CHECK(gaps[0].next.nanoseconds == ticking.times.at(1));
    CHECK(gaps[0].count == static_cast<std::uint64_t>((ticking.times.at(1) - ticking.times.at(0)) / second - 1));
    CHECK(ticking.times.at(1) % second == 0);
    CHECK(ticking.times.back() == full + 3601 * second);
}

TEST_CASE("batch_clock: at the limit all are made up, one more and there is a gap") {
    for (const Nanos late : {BatchClock::lateLimit, BatchClock::lateLimit + 1}) {
        Ticking ticking(1s, full);
        ticking.stage.world.runUntilQuiet();
        // When the clock next looks, `late` whole intervals have passed since the first tick was due.
        ticking.stage.world.setWall(full + late * second);
        ticking.stage.world.advance(1s);
        ticking.seqHasNoGaps();
        CHECK(ticking.times.back() == full + (late + 1) * second);
        CHECK(ticking.times.size() == (late == BatchClock::lateLimit ? 11 : 1));
        CHECK(ticking.missed() == (late == BatchClock::lateLimit ? 0 : static_cast<std::uint64_t>(late)));
    }
}

TEST_CASE("batch_clock: made-up ticks give the data to the first of them") {
    Ticking ticking(1s);
    std::vector<std::size_t> sizes;
    ticking.stage.world.advance(1s);
    ticking.stage.queue.push(std::vector{1, 2, 3});
    ticking.stage.world.setWall(full + 5 * second + 500'000'000);
    ticking.stage.world.advance(1s);
    for (const auto& submitted : ticking.stage.told.all<BatchSubmitted>())
        sizes.push_back(submitted.info.inputs.at(0).to - submitted.info.inputs.at(0).from);
    REQUIRE(sizes.size() >= 3);
    CHECK(sizes[0] == 0);
    CHECK(sizes[1] == 3);
    CHECK(sizes[2] == 0);
}

TEST_CASE("batch_clock: a wall clock set back never repeats a time") {
    Ticking ticking(1s);
    ticking.stage.world.advance(5s);
    REQUIRE(ticking.times.size() == 5);
    ticking.stage.world.setWall(full + second);
    ticking.stage.world.advance(3s);
    CHECK(ticking.times.size() == 5);  // it waits for the clock to come back
    ticking.stage.world.advance(5s);
    ticking.seqHasNoGaps();
    CHECK(ticking.times.size() == 9);
    CHECK(ticking.times.at(5) == full + 6 * second);
    CHECK(ticking.missed() == 0);
}

TEST_CASE("batch_clock: a wall clock set back is a warning, one each time, and the lag is not negative") {
    Ticking ticking(1s);
    ticking.stage.world.advance(5s);
    ticking.stage.world.setWall(ticking.stage.world.now(Clock::Wall) - 3600 * second);
    ticking.stage.world.advance(600s);
    CHECK(ticking.times.size() == 5);
    CHECK(ticking.stage.told.warnings("the wall clock lies") == 1);
    const std::string last = std::to_string(ticking.times.back() / 1'000'000) + " ms", next = std::to_string(ticking.times.back() / 1'000'000 + 1000) + " ms";
    CHECK(ticking.stage.told.all<Warning>().back().text == "the wall clock lies 3599000 ms behind the last batch time, " + last +
                                                               ": no batch is formed until it reaches " + next + ", and what is received waits");
    CHECK(ticking.stage.stream.metrics().lag == 0);
    ticking.stage.world.advance(3001s);
    REQUIRE(ticking.times.size() >= 6);
    CHECK(ticking.times.at(5) == ticking.times.at(4) + second);
    ticking.stage.world.setWall(ticking.stage.world.now(Clock::Wall) - 10 * second);
    ticking.stage.world.advance(5s);
    CHECK(ticking.stage.told.warnings("the wall clock lies") == 2);
    ticking.seqHasNoGaps();
}

TEST_CASE("batch_clock: a correction of the wall clock by a few milliseconds is not worth a word") {
    Ticking ticking(1s, full);
    ticking.stage.world.advance(5s);
    ticking.stage.world.setWall(ticking.stage.world.now(Clock::Wall) - 20'000'000);
    ticking.stage.world.advance(5s);
    CHECK(ticking.times.size() == 9);
    CHECK(ticking.stage.told.all<Warning>().empty());
}

TEST_CASE("batch_clock: a wall clock set back does not come in the way of a graceful stop") {
    const std::chrono::nanoseconds interval = std::chrono::milliseconds(GENERATE(1000, 20));
    testing::World world(Stage::beginning);
    Configuration configuration = quiet();
    configuration.maxBatchBytes = 1024;  // more than one batch is needed
    configuration.blockMemory = 1 << 20;
    configuration.blockBytes = 256;
    configuration.maxRecordBytes = 256;
    Context context("local", "c", configuration, world);
    StreamingContext stream(context, interval);
    std::int64_t lines = 0;
    std::vector<Nanos> times;
    world.listen("h", 1);
    stream.socketTextStream("h", 1) | foreachRDD([&](const auto& batch) {
        lines += batch.count();
        times.push_back(batch.time().nanoseconds);
    });
    stream.start();
    world.advance(20ms);
    auto peer = world.accept("h", 1);
    world.advance(3s);
    world.setWall(world.now(Clock::Wall) - 3600 * second);
    for (int i = 0; i < 1000; ++i) peer.send("line\n");
    world.advance(600s);
    const std::size_t before = times.size();
    const StopReport report = stream.stop(true, true);
    CHECK(report.graceful);
    CHECK(report.droppedBytes == 0);
    CHECK(lines == 1000);
    CHECK(times.size() > before);
    for (std::size_t i = 1; i < times.size(); ++i) CHECK(times[i] - times[i - 1] == interval.count());
}

TEST_CASE("batch_clock: after a restart with a last batch time in the future there is a warning too") {
    testing::World world(Stage::beginning);
    support::Told told;
    for (const bool restarted : {false, true}) {
        Context context("local", "c", quiet(), world);
        StreamingContext stream(context, 1s);
        stream.checkpoint("/cp");
        stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
        stream.rangeStream(std::vector{1, 2, 3}, 1).named("numbers") | foreachRDD([](const auto&) {});
        stream.start();
        world.advance(2s);
        CHECK(told.warnings("the wall clock lies") == (restarted ? 1 : 0));
        stream.stop();
        world.setWall(Stage::beginning - 100 * second);
    }
}

TEST_CASE("batch_clock: while a hundred thousand batches wait no further one is formed, and then those ticks are a gap") {
    testing::World world(Stage::beginning);
    support::Told told;
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 10ms);
    stream.checkpoint("/cp", {.pause = 1ms});
    bool away = true;
    std::int64_t lines = 0;
    std::vector<Batch> batches;
    world.listen("h", 1);
    stream.socketTextStream("h", 1).named("lines") | foreachRDD([&](const auto& batch) {
        if (away) throw Outage("the database is away");
        lines += batch.count();
        batches.push_back(batch.batch());
    });
    stream.start();
    world.advance(20ms);
    auto peer = world.accept("h", 1);
    world.advance(std::chrono::minutes(20));
    const std::uint64_t formed = stream.metrics().formed;
    CHECK(formed >= BatchClock::mostWaiting);
    CHECK(formed <= BatchClock::mostWaiting + 1);
    peer.send("a\nb\n");
    stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
    world.advance(std::chrono::minutes(20));
    CHECK(stream.metrics().formed == formed);
    SECTION("worked off") {
        away = false;
        world.advance(10s);
        CHECK(lines == 2);
        REQUIRE(told.all<TicksMissed>().size() >= 1);
        REQUIRE(batches.size() > formed);
        for (std::size_t i = 1; i < batches.size(); ++i) REQUIRE(batches[i].seq == batches[i - 1].seq + 1);
        for (std::size_t i = 1; i < batches.size(); ++i) REQUIRE(batches[i].time > batches[i - 1].time);
        CHECK(world.now(Clock::Wall) - batches.back().time.nanoseconds < second);
    }
    SECTION("a graceful stop that finds the database back processes everything") {
        away = false;
        const StopReport report = stream.stop(true, true);
        CHECK(report.graceful);
        CHECK(lines == 2);
    }
}

TEST_CASE("batch_clock: any jumps of the wall clock leave seq without gaps and times increasing") {
    Ticking ticking(1s);
    Nanos wall = full;
    for (int i = 0; i < 300; ++i) {
        wall += ((i * 7919) % 41 - 18) * second / 3;
        ticking.stage.world.setWall(wall);
        ticking.stage.world.advance(1500ms);
        wall += 1'500'000'000;
    }
    CHECK(ticking.times.size() > 50);
    ticking.seqHasNoGaps();
    for (const Nanos time : ticking.times) CHECK(time % second == 0);
}

TEST_CASE("batch_clock: a graceful stop waits for one more tick, a stop at once for none") {
    for (const bool graceful : {false, true}) {
        Ticking ticking(1s);
        ticking.stage.world.advance(2s);
        REQUIRE(ticking.times.size() == 2);
        ticking.stage.stream.stop(true, graceful);
        CHECK(ticking.times.size() == (graceful ? 3 : 2));
        ticking.stage.world.advance(5s);
        CHECK(ticking.times.size() == (graceful ? 3 : 2));
    }
}

}  // namespace
