// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/scheduler.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

/// An output of which a test says what it does.
struct Told final : Output {
    struct Run final : Job {
        explicit Run(std::function<void()> what) : body(std::move(what)) {}
        void run() override { body(); }
        std::function<void()> body;
    };
    std::unique_ptr<Job> generate(const Batch& batch) override {
        if (generating) generating(batch);
        if (!hasBatch) return nullptr;
        return std::make_unique<Run>([this, batch] { running(batch); });
    }
    void eachShared(VisitShared) override {}

    bool hasBatch = true;
    std::function<void(const Batch&)> generating;
    std::function<void(const Batch&)> running = [](const Batch&) {};
};

struct Forgetful final : NodeBase {
    void forget(const Batch& batch) override { forgotten.push_back(batch.seq); }
    std::vector<std::uint64_t> forgotten;
};

struct Bench {
    explicit Bench(FailurePolicy policy = FailurePolicy::Report, std::size_t outputs = 2) : scheduler(world, graph, events, runner, policy) {
        events.add([this](const Event& event) { texts.push_back(describe(event)); });
        for (std::size_t i = 0; i < outputs; ++i) {
            auto output = std::make_unique<Told>();
            told.push_back(output.get());
            output->running = [this, i](const Batch& batch) { ran += static_cast<char>('a' + i) + std::to_string(batch.seq); };
            graph.addOutput(std::move(output));
        }
        scheduler.remembering({&node});
        world.spawn(scheduler, Lane::Jobs);
    }
    ~Bench() { world.retire(scheduler); }
    void submit(std::uint64_t seq) {
        BatchInfo info;
        info.batch.seq = seq;
        scheduler.submit(std::move(info));
    }
    [[nodiscard]] std::string what() const {
        const std::exception_ptr error = scheduler.error();
        return error ? detail::whatOf(error) : "";
    }

    testing::World world;
    EventBus events{world};
    std::vector<std::string> texts;
    Graph graph;
    CancellableRunner runner{RunnerRef{}, 1};
    Forgetful node;
    std::vector<Told*> told;
    std::string ran;
    Scheduler scheduler;
};

TEST_CASE("scheduler: batches in order, outputs in order, a batch a step") {
    Bench bench;
    bench.submit(1);
    bench.submit(2);
    bench.submit(3);
    CHECK(bench.ran.empty());
    CHECK(bench.scheduler.completed() == 0);
    const Step step = bench.scheduler.step(bench.world);
    CHECK(bench.ran == "a1b1");
    CHECK(step.until == Step::ready().until);
    CHECK(bench.scheduler.completed() == 1);
    bench.world.runUntilQuiet();
    CHECK(bench.ran == "a1b1a2b2a3b3");
    CHECK(bench.scheduler.completed() == 3);
    CHECK(bench.scheduler.step(bench.world).until == Step::idle().until);
    CHECK(bench.node.forgotten == std::vector<std::uint64_t>{1, 2, 3});
    CHECK(bench.what().empty());
}

TEST_CASE("scheduler: all jobs are generated before the first one runs, and a batch is forgotten after the last") {
    Bench bench;
    for (Told* told : bench.told) {
        told->generating = [&](const Batch&) { bench.ran += "g"; };
        told->running = [&](const Batch&) {
            bench.ran += "r";
            CHECK(bench.node.forgotten.empty());
        };
    }
    bench.submit(1);
    bench.world.runUntilQuiet();
    CHECK(bench.ran == "ggrr");
}

TEST_CASE("scheduler: no batch, no job") {
    Bench bench;
    bench.told[0]->hasBatch = false;
    bench.submit(1);
    bench.world.runUntilQuiet();
    CHECK(bench.ran == "b1");
    CHECK(bench.scheduler.completed() == 1);
}

TEST_CASE("scheduler: the error is the most recent one, and stays") {
    Bench bench;
    bench.told[0]->running = [](const Batch& batch) {
        if (batch.seq <= 2) throw std::runtime_error("a" + std::to_string(batch.seq));
    };
    bench.told[1]->running = [](const Batch& batch) {
        if (batch.seq == 1) throw 1;
    };
    bench.submit(1);
    bench.world.runUntilQuiet();
    CHECK(bench.what() == "an exception of unknown type");
    bench.submit(2);
    bench.world.runUntilQuiet();
    CHECK(bench.what() == "a2");
    bench.submit(3);
    bench.world.runUntilQuiet();
    CHECK(bench.what() == "a2");
    bench.scheduler.report(std::make_exception_ptr(std::runtime_error("from outside")));
    CHECK(bench.what() == "from outside");
    CHECK(bench.scheduler.completed() == 3);
}

TEST_CASE("scheduler: a batch that cannot be generated runs nothing, is forgotten and is done") {
    Bench bench;
    bench.told[1]->generating = [](const Batch& batch) {
        if (batch.seq == 1) throw std::runtime_error("no");
    };
    bench.submit(1);
    bench.submit(2);
    bench.world.runUntilQuiet();
    CHECK(bench.ran == "a2b2");
    CHECK(bench.what() == "no");
    CHECK(bench.node.forgotten == std::vector<std::uint64_t>{1, 2});
    CHECK(bench.scheduler.completed() == 2);
}

TEST_CASE("scheduler: FailurePolicy::Stop runs no later batch and keeps those that wait for halt") {
    Bench bench(FailurePolicy::Stop);
    bench.told[0]->running = [](const Batch& batch) {
        if (batch.seq == 2) throw std::runtime_error("two");
    };
    for (const std::uint64_t seq : {1U, 2U, 3U, 4U}) bench.submit(seq);
    bench.world.runUntilQuiet();
    CHECK(bench.ran == "b1b2");
    CHECK(bench.scheduler.completed() == 2);
    bench.submit(5);
    bench.world.runUntilQuiet();
    const auto left = bench.scheduler.halt();
    REQUIRE(left.size() == 3);
    CHECK(left.front().batch.seq == 3);
    CHECK(left.back().batch.seq == 5);
}

TEST_CASE("scheduler: a cancelled batch ends before the next task, without an error") {
    Bench bench;
    bench.told[0]->running = [&](const Batch&) {
        bench.runner.forEach(5, [&](std::size_t, std::size_t task) {
            bench.ran += std::to_string(task);
            if (task == 1) bench.runner.cancel();
        });
    };
    bench.submit(1);
    bench.world.runUntilQuiet();
    bench.events.deliver();
    CHECK(bench.ran == "01");  // and the second output does not begin
    CHECK(bench.what().empty());
    CHECK(bench.texts.at(3) == "output 0 of batch 1 (time 0 ms) failed: cut short by a stop");
    CHECK(bench.texts.size() == 5);
    const auto left = bench.scheduler.halt();  // it is told with those that never began
    REQUIRE(left.size() == 1);
    CHECK(left.front().batch.seq == 1);
}

TEST_CASE("scheduler: a batch that begins after the cancel runs nothing and is told too") {
    Bench bench;
    bench.runner.cancel();
    bench.submit(1);
    bench.submit(2);
    bench.world.runUntilQuiet();
    CHECK(bench.ran.empty());
    CHECK(bench.scheduler.halt().size() == 2);
    CHECK(bench.node.forgotten == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("scheduler: it knows who calls from an output's function") {
    Bench bench;
    Bench other;
    bool inside = false, ofOther = true;
    bench.told[0]->running = [&](const Batch&) {
        inside = bench.scheduler.calledFromOutput();
        ofOther = other.scheduler.calledFromOutput();
        throw 1;
    };
    CHECK_FALSE(bench.scheduler.calledFromOutput());
    bench.submit(1);
    bench.world.runUntilQuiet();
    CHECK(inside);
    CHECK_FALSE(ofOther);
    CHECK_FALSE(bench.scheduler.calledFromOutput());
}

TEST_CASE("scheduler: halted says whether a failure or halt ended the work") {
    Bench bench(FailurePolicy::Stop);
    CHECK_FALSE(bench.scheduler.halted());
    bench.scheduler.report(std::make_exception_ptr(std::runtime_error("from outside")));
    CHECK_FALSE(bench.scheduler.halted());
    bench.told[0]->running = [](const Batch&) { throw 1; };
    bench.submit(1);
    bench.world.runUntilQuiet();
    CHECK(bench.scheduler.halted());
}

TEST_CASE("scheduler: halt takes what waits; nothing begins after it") {
    Bench bench;
    bench.submit(1);
    bench.submit(2);
    CHECK(bench.scheduler.halt().size() == 2);
    CHECK(bench.scheduler.halt().empty());
    bench.submit(3);
    bench.world.runUntilQuiet();
    CHECK(bench.ran.empty());
    CHECK(bench.scheduler.completed() == 0);
}

}  // namespace
