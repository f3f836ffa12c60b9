// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/describe.hpp>
#include <dstream/runtime/event.hpp>

#include <string>
#include <type_traits>

#include "support/catch.hpp"

namespace {

using namespace dstream;

constexpr Batch batch{.seq = 7, .time = {12'345'678'901}};

BatchInfo infoOf(Nanos submitted, Nanos started, Nanos ended) {
    BatchInfo info;
    info.batch = batch;
    info.submitted = submitted;
    info.started = started;
    info.ended = ended;
    return info;
}

TEST_CASE("event: one line for each kind") {
    const BatchInfo info = infoOf(1'000'000, 3'500'000, 10'000'999);
    CHECK(describe(StreamingStarted{{1'000'000}}) == "streaming started at 1 ms");
    CHECK(describe(BatchSubmitted{info}) == "batch 7 (time 12345 ms) submitted");
    CHECK(describe(BatchStarted{info}) == "batch 7 (time 12345 ms) started");
    CHECK(describe(BatchCompleted{info}) == "batch 7 (time 12345 ms) completed: waited 2500 us, ran 6500 us");
    CHECK(describe(OutputStarted{batch, 1, "out"}) == "out of batch 7 (time 12345 ms) started");
    CHECK(describe(OutputCompleted{batch, 1, "out", 1'234'567, ""}) == "out of batch 7 (time 12345 ms) completed in 1234 us");
    CHECK(describe(OutputCompleted{batch, 1, "out", 1, "no"}) == "out of batch 7 (time 12345 ms) failed: no");
    CHECK(describe(BatchFailed{batch, "no"}) == "batch 7 (time 12345 ms) failed before any output ran: no");
    CHECK(describe(DataDropped{"s", 5, "why"}) == "s: 5 bytes dropped, why");
    CHECK(describe(Warning{"w"}) == "warning: w");
    CHECK(describe(StreamingStopped{{.graceful = true}}) == "streaming stopped gracefully");
    CHECK(describe(StreamingStopped{{}}) == "streaming stopped");
    CHECK(describe(StreamingStopped{{.droppedBytes = 1}}) == "streaming stopped; not processed: 0 batches, 1 bytes");
}

TEST_CASE("event: is of one kind, and copies share it") {
    const Event event = Warning{"w"};
    CHECK(event.kind() == EventKind::Warning);
    CHECK(event.is<Warning>());
    CHECK_FALSE(event.is<BatchFailed>());
    CHECK(event.as<BatchFailed>() == nullptr);
    REQUIRE(event.as<Warning>() != nullptr);
    CHECK(event.as<Warning>()->text == "w");
    const Event copy = event;
    CHECK(copy.as<Warning>() == event.as<Warning>());
    static_assert(!std::is_constructible_v<Event, int> && !std::is_constructible_v<Event, BatchInfo>);
}

TEST_CASE("event: delays are differences") {
    const BatchInfo info = infoOf(10, 25, 100);
    CHECK(info.schedulingDelay() == 15);
    CHECK(info.processingDelay() == 75);
    CHECK(info.totalDelay() == 90);
}

TEST_CASE("event: a receiver's state, with its error where there is trouble") {
    ReceiverInfo info;
    info.name = "r";
    info.lastError = "h:1: broke";
    info.retries = 2;
    const auto said = [&](ReceiverState state) {
        info.state = state;
        return describe(ReceiverChanged{info});
    };
    CHECK(said(ReceiverState::BackingOff) == "receiver r: backing off, h:1: broke (2 failed connects)");
    CHECK(said(ReceiverState::Failed) == "receiver r: failed, h:1: broke (2 failed connects)");
    CHECK(said(ReceiverState::Connecting) == "receiver r: connecting (2 failed connects)");
    info.retries = 0;
    CHECK(said(ReceiverState::Up) == "receiver r: up");
    CHECK(said(ReceiverState::Stopped) == "receiver r: stopped, h:1: broke");
    info.lastError.clear();
    CHECK(said(ReceiverState::Finished) == "receiver r: finished");
    info.retries = 1;
    CHECK(said(ReceiverState::BackingOff) == "receiver r: backing off (1 failed connect)");
}

}  // namespace
