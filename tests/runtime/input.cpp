// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/input.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::Stage;
using Numbers = std::vector<int>;

struct Replayable {
    static constexpr bool replayable = true;
    static constexpr bool resumable = false;
};
struct SaysNothing {};
static_assert(Source<Replayable> && Source<QueueInput<int>> && Source<ByteReceiver<LineFraming, FromServer>>);
static_assert(!Source<SaysNothing>);

/// A source of a user's, which writes down how the runtime calls it.
struct Diary final : SharedNode<QueuedBatch<int>>, Input {
    using rdd_type = QueuedBatch<int>;
    static const char* kindName() { return "diary"; }
    NodeBase& node() override { return *this; }
    void start(Runtime& with) override {
        calls += "start ";
        runtime = &with;
    }
    InputInfo plan(const Batch& batch, std::size_t mostBytes) override {
        calls += "plan" + std::to_string(batch.seq) + " ";
        most = mostBytes;
        return {id, name, 10 * (batch.seq - 1), 10 * batch.seq, 1};
    }
    void requestStop() override {
        calls += "requestStop ";
        stopped = true;
    }
    bool ended() const override { return stopped; }
    bool drained() const override { return --batchesLeft <= 0; }
    bool finished() const override { return false; }
    std::uint64_t close() override {
        calls += "close ";
        return 7;
    }
    std::optional<QueuedBatch<int>> compute(const Batch& batch) override {
        calls += "compute" + std::to_string(batch.seq) + " ";
        return QueuedBatch<int>(std::make_shared<std::vector<Numbers>>(), runtime->runner);
    }

    Runtime* runtime = nullptr;
    std::string calls;
    std::size_t most = 1;
    bool stopped = false;
    mutable int batchesLeft = 0;
};

TEST_CASE("input: what the runtime asks of it, from start to a stop at once") {
    Stage stage({.maxBatchBytes = 123, .stopOnSignals = false, .defaultListener = false});
    auto diary = std::make_shared<Diary>();
    stage.stream.addInput(diary) | foreachRDD([](const auto&) {});
    CHECK(diary->name == "diary 0");
    stage.stream.start();
    CHECK(diary->calls == "start ");
    REQUIRE(diary->runtime != nullptr);
    CHECK(&diary->runtime->world == &stage.world);
    CHECK(diary->runtime->runner.slots() == 2);
    stage.world.advance(2s);
    CHECK(diary->calls == "start plan1 compute1 plan2 compute2 ");
    CHECK(diary->most == 123);
    const StopReport report = stage.stream.stop();
    CHECK(report.droppedBytes == 7);
    CHECK(diary->calls == "start plan1 compute1 plan2 compute2 requestStop close ");
}

TEST_CASE("input: a graceful stop makes batches until the input says that it is drained") {
    Stage stage;
    auto diary = std::make_shared<Diary>();
    stage.stream.addInput(diary) | foreachRDD([](const auto&) {});
    stage.stream.start();
    diary->batchesLeft = 3;
    const StopReport report = stage.stream.stop(true, true);
    CHECK(report.graceful);
    CHECK(support::contains(diary->calls, "start requestStop plan1 compute1 plan2 compute2 plan3 compute3 "));
    CHECK_FALSE(support::contains(diary->calls, "plan4"));
    CHECK(diary->calls.rfind("close ") == diary->calls.size() - 6);
}

TEST_CASE("input: the bytes that each gave stand in the batch's events") {
    Stage stage;
    auto diary = std::make_shared<Diary>();
    stage.stream.addInput(diary) | foreachRDD([](const auto&) {});
    stage.stream.start();
    stage.world.advance(2s);
    const auto completed = stage.told.all<BatchCompleted>();
    REQUIRE(completed.size() == 2);
    REQUIRE(completed[1].info.inputs.size() == 1);
    CHECK(completed[1].info.inputs[0].from == 10);
    CHECK(completed[1].info.inputs[0].to == 20);
}

TEST_CASE("input: one that no output reaches is never started, planned or closed") {
    Stage stage;
    auto diary = std::make_shared<Diary>();
    static_cast<void>(stage.stream.addInput(diary));
    stage.anOutput();
    stage.stream.start();
    stage.world.advance(2s);
    stage.stream.stop(true, true);
    CHECK(diary->calls.empty());
}

TEST_CASE("input: failing for good makes every wait throw; the stream goes on") {
    Stage stage;
    auto diary = std::make_shared<Diary>();
    stage.stream.addInput(diary) | foreachRDD([](const auto&) {});
    stage.stream.start();
    diary->runtime->fail(std::make_exception_ptr(std::runtime_error("the device is gone")));
    CHECK(support::messageOf<std::runtime_error>([&] { stage.stream.awaitTermination(); }) == "the device is gone");
    stage.world.advance(1s);
    CHECK(stage.told.all<BatchCompleted>().size() == 1);
}

}  // namespace
