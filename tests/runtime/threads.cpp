// SPDX-License-Identifier: BSL-1.0
// The runtime under real threads: what waits, waits for a condition, never for a length of time.
#include <dstream/runtime/streaming_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::quiet;
using dstream::StreamingContextState;

TEST_CASE("threads: two hundred streams one after another, a millisecond apart, stopped in all ways") {
    Context context("local[4]", "threads", quiet());
    std::atomic<long> records{0};
    long pushed = 0;
    for (int run = 0; run < 200; ++run) {
        BatchQueue<int> queue;
        std::atomic<int> batches{0};
        StreamingContext stream(context, 1ms);
        stream.queueStream(queue) | map([](int n) { return std::pair{n % 3, 1L}; }) | reduceByKey(plus)
            | foreachRDD([&](const auto& batch) {
                  for (const auto& pair : batch.collect()) records += pair.second;
                  ++batches;
                  batches.notify_all();
              });
        for (int i = 0; i < 3; ++i) {
            queue.push(std::vector{1, 2, 3, 4, 5});
            pushed += 5;
        }
        stream.start();
        switch (run % 4) {
            case 0:
                queue.close();
                stream.awaitTermination();
                break;
            case 1:
                for (int seen = batches; seen < 3; seen = batches) batches.wait(seen);
                stream.stop(false, true);
                break;
            case 2:
                for (int seen = batches; seen < 3; seen = batches) batches.wait(seen);
                stream.stop(false);
                break;
            default:  // by the destructor
                for (int seen = batches; seen < 3; seen = batches) batches.wait(seen);
        }
    }
    CHECK(records == pushed);
    CHECK(StreamingContext::getActive() == nullptr);
}

TEST_CASE("threads: started and stopped before anything can happen") {
    Context context("local[4]", "threads", quiet());
    for (int run = 0; run < 200; ++run) {
        BatchQueue<int> queue;
        StreamingContext stream(context, 1ms);
        stream.queueStream(queue) | foreachRDD([](const auto&) {});
        stream.start();
        stream.stop(false, run % 2 == 0);
        CHECK(stream.getState() == StreamingContextState::Stopped);
    }
}

TEST_CASE("threads: waiting, asking and stopping from several threads at once") {
    Context context("local[4]", "threads", quiet());
    for (int run = 0; run < 30; ++run) {
        BatchQueue<int> queue;
        std::atomic<int> batches{0};
        StreamingContext stream(context, 1ms);
        stream.queueStream(queue) | foreachRDD([&](const auto&) {
            ++batches;
            batches.notify_all();
        });
        stream.socketTextStream("127.0.0.1", 1) | foreachRDD([](const auto&) {});
        stream.start();
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i) threads.emplace_back([&] { stream.awaitTermination(); });
        threads.emplace_back([&] {
            while (!stream.awaitTerminationOrTimeout(1ms)) {
            }
        });
        threads.emplace_back([&] {
            while (stream.getState() != StreamingContextState::Stopped) {
                static_cast<void>(stream.receivers());
                static_cast<void>(StreamingContext::getActive());
                std::this_thread::yield();
            }
        });
        for (int seen = batches; seen < 2; seen = batches) batches.wait(seen);
        for (int i = 0; i < 2; ++i)
            threads.emplace_back([&, graceful = i == 0] { stream.stop(false, graceful); });
        for (std::thread& thread : threads) thread.join();
        CHECK(stream.getState() == StreamingContextState::Stopped);
    }
}

TEST_CASE("threads: receivers may be asked after from the first event on") {
    Context context("local[2]", "threads", quiet());
    for (int run = 0; run < 20; ++run) {
        StreamingContext stream(context, 1ms);
        std::atomic<std::size_t> asked{0};
        stream.addStreamingListener([&](const Event&) {
            asked += stream.metrics().receivers.size();
            asked.notify_all();
        });
        stream.socketTextStream("127.0.0.1", 1) | foreachRDD([](const auto&) {});
        stream.start();
        asked.wait(0);
        stream.stop(false);
        CHECK(asked > 0);
    }
}

TEST_CASE("threads: listeners come and go while events are told, and after its removal nothing of one is touched") {
    Context context("local[2]", "threads", quiet());
    BatchQueue<int> queue;
    StreamingContext stream(context, 1ms);
    stream.queueStream(queue) | foreachRDD([](const auto&) {});
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&, waits = i == 0] {
            for (int round = 0; round < 100; ++round) {
                auto heard = std::make_unique<int>(0);
                std::atomic<bool> told{false};
                const ListenerId id = stream.addStreamingListener([&told, heard = heard.get()](const Event&) {
                    ++*heard;
                    told = true;
                    told.notify_all();
                });
                if (waits) told.wait(false);
                if (!stream.removeStreamingListener(id)) return;
                *heard = 0;
                heard.reset();
            }
        });
    stream.start();
    for (std::thread& thread : threads) thread.join();
    stream.stop(false);
}

TEST_CASE("threads: stop before start wakes who waits already") {
    Context context("local", "threads", quiet());
    StreamingContext stream(context, 1s);
    std::atomic<bool> woken{false};
    std::thread waiter([&] {
        stream.awaitTermination();
        woken = true;
    });
    stream.stop(false);
    waiter.join();
    CHECK(woken);
}

/// A RealWorld that says when an actor is about to be retired: what a stop does first, seen from outside.
class Announcing final : public World {
public:
    RealWorld real;
    std::function<void(int count)> beforeRetire;

    [[nodiscard]] Nanos now(Clock clock) const override { return real.now(clock); }
    std::uint64_t random() override { return real.random(); }
    [[nodiscard]] std::size_t cores() const override { return real.cores(); }
    std::unique_ptr<Workers> hire(std::size_t count) override { return real.hire(count); }
    void spawn(Actor& actor, Lane lane) override { real.spawn(actor, lane); }
    void retire(Actor& actor) override {
        if (beforeRetire) beforeRetire(++retired_);
        real.retire(actor);
    }
    void wake(Actor& actor) override { real.wake(actor); }
    std::unique_ptr<Connection> connect(const Endpoint& endpoint, Actor& owner) override { return real.connect(endpoint, owner); }
    std::unique_ptr<Connection> standardInput(Actor& owner) override { return real.standardInput(owner); }
    [[nodiscard]] Files& files() override { return real.files(); }
    bool await(FunctionRef<bool()> done, Nanos deadline) override { return real.await(done, deadline); }
    void notify() override { real.notify(); }
    void watchSignals(bool watched) override { real.watchSignals(watched); }
    [[nodiscard]] bool interrupted() const override { return real.interrupted(); }
    void write(Console console, std::string_view text) override { real.write(console, text); }

private:
    int retired_ = 0;
};

TEST_CASE("threads: a stop waits for the function that runs, drops what waits and says so") {
    Announcing world;
    Context context("local[4]", "threads", quiet(), world);
    BatchQueue<int> queue;
    std::atomic<int> running{0};
    std::atomic<bool> released{false};
    std::atomic<int> ended{0};
    StreamingContext stream(context, 1ms);
    stream.queueStream(queue) | foreachRDD([&](const auto&) {
        ++running;
        running.notify_all();
        released.wait(false);
        ++ended;
    });
    constexpr std::size_t pushed = 50;
    for (std::size_t i = 0; i < pushed; ++i) queue.push(std::vector{1});
    stream.start();
    running.wait(0);
    while (queue.size() > pushed - 10) std::this_thread::yield();  // batches go on to be formed
    world.beforeRetire = [&](int count) {
        if (count == 1) CHECK(ended == 0);  // the batch clock's turn: the stop is under way
        if (count == 2) {                   // the scheduler's: nothing else can end it
            released = true;
            released.notify_all();
        }
    };
    const StopReport report = stream.stop(false);
    CHECK(stream.getState() == StreamingContextState::Stopped);
    CHECK(running == 1);
    CHECK(ended == 1);
    CHECK_FALSE(report.graceful);
    CHECK(report.droppedBatches >= 9);
}

TEST_CASE("threads: a stop at once cuts a batch short at its next task") {
    Announcing world;
    Context context("local[2]", "threads", quiet(), world);
    BatchQueue<int> queue;
    std::atomic<int> started{0};
    std::atomic<bool> released{false};
    std::atomic<bool> nextOutput{false};
    StreamingContext stream(context, 1ms);
    const auto numbers = stream.queueStream(queue);
    numbers | foreachRDD([&](const auto& batch) {
        batch.foreach([&](int) {
            ++started;
            started.notify_all();
            released.wait(false);
        });
    });
    numbers | foreachRDD([&](const auto& batch) {
        if (batch.count() != 0) nextOutput = true;
    });
    queue.push(std::vector<std::vector<int>>(1000, {1}));
    stream.start();
    for (int seen = started; seen < 1; seen = started) started.wait(seen);
    world.beforeRetire = [&](int) {
        released = true;
        released.notify_all();
    };
    stream.stop(false);
    CHECK(stream.getState() == StreamingContextState::Stopped);
    CHECK(started <= 2);  // one for each worker
    CHECK_FALSE(nextOutput);
}

TEST_CASE("threads: errors on real workers reach who waits, batch after batch") {
    Context context("local[4]", "threads", quiet());
    BatchQueue<int> queue;
    StreamingContext stream(context, 1ms);
    stream.queueStream(queue) | map([](int n) {
        if (n == 13) throw std::runtime_error("thirteen");
        return n;
    }) | foreachRDD([](const auto& batch) { static_cast<void>(batch.sum()); });
    queue.push(std::vector<std::vector<int>>{{1, 2}, {3}, {13}, {4}});
    queue.push(std::vector<std::vector<int>>{{1}});
    stream.start();
    CHECK(support::messageOf<std::runtime_error>([&] { stream.awaitTermination(); }) == "thirteen");
    stream.stop();
    CHECK(context.isStopped());
}

TEST_CASE("threads: listeners hear everything in order and stop comes last, however it is timed") {
    Context context("local[4]", "threads", quiet());
    for (int run = 0; run < 50; ++run) {
        support::Told told;  // the events lane's until stop has returned
        BatchQueue<int> queue;
        std::atomic<int> batches{0};
        StreamingContext stream(context, 1ms);
        stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
        stream.queueStream(queue) | foreachRDD([&](const auto&) {
            ++batches;
            batches.notify_all();
        });
        stream.start();
        for (int seen = batches; seen < 2; seen = batches) batches.wait(seen);
        stream.stop(false, run % 2 == 0);
        REQUIRE(told.events.size() > 5);
        CHECK(told.events.front().is<StreamingStarted>());
        CHECK(told.events.back().is<StreamingStopped>());
        std::uint64_t completed = 0;
        for (const auto& batch : told.all<BatchCompleted>()) CHECK(batch.info.batch.seq == ++completed);
        std::uint64_t submitted = 0;
        for (const auto& batch : told.all<BatchSubmitted>()) CHECK(batch.info.batch.seq == ++submitted);
        CHECK(submitted >= completed);
    }
}

}  // namespace
