// SPDX-License-Identifier: BSL-1.0
// On real threads, where store waits; what a handle does without waiting is in receiverStream.cpp. For the thread sanitizer too.
#include <dstream/sources/receiver_handle.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using support::quiet;

constexpr std::size_t bound = 4096;

Configuration small() {
    Configuration configuration = quiet();
    configuration.blockMemory = bound;
    configuration.blockBytes = 256;
    configuration.maxRecordBytes = 256;
    configuration.gracefulStopTimeout = 1min;
    return configuration;
}

/// A record that knows how many of its kind live: the memory bound, seen from outside.
struct Tracked {
    explicit Tracked(std::uint64_t of) : number(of) { ++living; }
    Tracked(const Tracked& other) : number(other.number) { ++living; }
    Tracked(Tracked&& other) noexcept : number(other.number) { ++living; }
    Tracked& operator=(const Tracked&) = default;
    Tracked& operator=(Tracked&&) = default;
    ~Tracked() { --living; }
    std::uint64_t number;
    static inline std::atomic<std::int64_t> living{0};
};

/// Threads that store numbers, each its own in order, some singly, some in pairs; joined by onStop.
struct Storing {
    using value_type = Tracked;
    struct Shared {
        std::vector<std::thread> threads;
        std::vector<std::uint64_t> stored;   // by each thread; read once they are joined
        std::atomic<std::uint64_t> refused{0};
        std::atomic<int> running{0};
    };
    static constexpr std::uint64_t stride = 1'000'000'000;
    std::shared_ptr<Shared> shared;
    std::uint64_t each;  // records of each thread, and then the end
    int count;
    std::uint64_t restartAfter = 0;  // so many records of the first thread; 0: never

    void onStart(const ReceiverHandle<Tracked>& handle) const {
        if (shared->stored.empty()) shared->stored.resize(static_cast<std::size_t>(count));
        shared->running = count;
        for (int t = 0; t < count; ++t) shared->threads.emplace_back([this_ = *this, handle, t] { this_.run(handle, t); });
    }
    void onStop() const {
        for (std::thread& thread : shared->threads) thread.join();
        shared->threads.clear();
    }
    void run(const ReceiverHandle<Tracked>& handle, int t) const {
        std::uint64_t& stored = shared->stored[static_cast<std::size_t>(t)];
        const std::uint64_t base = static_cast<std::uint64_t>(t) * stride;
        const std::uint64_t before = stored;
        while (!handle.isStopped() && stored < each) {
            bool taken = false;
            std::uint64_t records = 1;
            if (stored % 3 == 0) {
                records = 2;
                std::vector<Tracked> pair;
                pair.emplace_back(base + stored);
                pair.emplace_back(base + stored + 1);
                taken = handle.store(std::move(pair));
            } else if (stored % 3 == 1) {
                taken = handle.tryStore(Tracked(base + stored));
                if (!taken) std::this_thread::yield();
                if (!taken) continue;
            } else {
                taken = handle.store(Tracked(base + stored));
            }
            taken ? stored += records : shared->refused += records;
            if (t == 0 && restartAfter != 0 && stored >= before + restartAfter) handle.restart("once more", 100us);
        }
        if (stored >= each && --shared->running == 0) handle.finish();
    }
};

/// Sees that each thread's numbers come in order and none is missing; the order of one partition after another is that of the stores.
struct Ledger {
    explicit Ledger(int threads) : next(static_cast<std::size_t>(threads), 0) {}
    void take(std::uint64_t number) {
        std::uint64_t& expected = next[static_cast<std::size_t>(number / Storing::stride)];
        ordered = ordered && number % Storing::stride == expected;
        ++expected;
    }
    std::vector<std::uint64_t> next;
    bool ordered = true;
};

TEST_CASE("receiver_handle: many threads, a slow consumer and little memory: nothing lost, nothing doubled, the bound held") {
    constexpr int threads = 6;
    constexpr std::uint64_t each = 600;
    const auto shared = std::make_shared<Storing::Shared>();
    Ledger ledger(threads);
    std::atomic<std::int64_t> most{0};
    {
        Context context("local[2]", "handle", small());
        StreamingContext stream(context, 1ms);
        stream.receiverStream(Storing{shared, each, threads}) | foreachRDD([&](const auto& batch) {
            std::int64_t now = Tracked::living;
            if (now > most) most = now;
            for (const std::uint64_t number : batch | map([](const Tracked& record) { return record.number; }) | collect()) ledger.take(number);
        });
        stream.start();
        stream.awaitTermination();
        CHECK(stream.receivers().at(0).state == ReceiverState::Finished);
    }
    CHECK(ledger.ordered);
    CHECK(shared->refused == 0);
    for (int t = 0; t < threads; ++t) {
        CHECK(shared->stored[static_cast<std::size_t>(t)] >= each);
        CHECK(ledger.next[static_cast<std::size_t>(t)] == shared->stored[static_cast<std::size_t>(t)]);
    }
    // Beside what the bound counts each thread holds some in its hands, and a block that grows is there twice for a moment.
    CHECK(most <= static_cast<std::int64_t>(bound / sizeof(Tracked)) + 4 * threads + 2 * 256 / static_cast<int>(sizeof(Tracked)));
    CHECK(Tracked::living == 0);
}

TEST_CASE("receiver_handle: a graceful stop among storing threads: what store said it took is processed") {
    for (int round = 0; round < 5; ++round) {
        constexpr int threads = 5;
        const auto shared = std::make_shared<Storing::Shared>();
        Ledger ledger(threads);
        Context context("local[2]", "handle", small());
        std::uint64_t droppedBytes = 0;
        {
            StreamingContext stream(context, 2ms);
            stream.addStreamingListener([&](const Event& event) {
                if (const auto* dropped = event.as<DataDropped>()) droppedBytes += dropped->bytes;
            });
            stream.receiverStream(Storing{shared, Storing::stride, threads}) | foreachRDD([&](const auto& batch) {
                for (const std::uint64_t number : batch | map([](const Tracked& record) { return record.number; }) | collect()) ledger.take(number);
            });
            stream.start();
            static_cast<void>(stream.awaitTerminationOrTimeout(std::chrono::milliseconds(5 + 10 * round)));
            const StopReport report = stream.stop(true, true);
            CHECK(report.graceful);
            CHECK(report.droppedBytes == 0);
        }
        CHECK(ledger.ordered);
        CHECK(ledger.next == shared->stored);
        CHECK(droppedBytes == shared->refused * sizeof(Tracked));
    }
}

TEST_CASE("receiver_handle: a stop at once among storing threads ends, whatever waits") {
    for (int round = 0; round < 8; ++round) {
        const auto shared = std::make_shared<Storing::Shared>();
        Context context("local[2]", "handle", small());
        Ledger ledger(4);
        {
            StreamingContext stream(context, round % 2 == 0 ? std::chrono::nanoseconds(1ms) : std::chrono::hours(100000));  // with batches, or with nobody to free memory
            stream.receiverStream(Storing{shared, Storing::stride, 4}) | foreachRDD([&](const auto& batch) {
                for (const std::uint64_t number : batch | map([](const Tracked& record) { return record.number; }) | collect()) ledger.take(number);
            });
            stream.start();
            static_cast<void>(stream.awaitTerminationOrTimeout(std::chrono::milliseconds(5 + round)));
            const StopReport report = stream.stop();
            std::uint64_t stored = 0;
            for (const std::uint64_t of : shared->stored) stored += of;
            if (round % 2 == 1) CHECK(report.droppedBytes == stored * sizeof(Tracked));
            CHECK(shared->threads.empty());
        }
        CHECK(ledger.ordered);
    }
    CHECK(Tracked::living == 0);
}

TEST_CASE("receiver_handle: threads that nobody joins, storing while the stream stops and after it has gone") {
    struct Careless {
        using value_type = std::string;
        std::shared_ptr<std::vector<std::thread>> threads;
        std::shared_ptr<std::atomic<int>> thrown;
        void onStart(const ReceiverHandle<std::string>& handle) const {
            for (int t = 0; t < 4; ++t)
                threads->emplace_back([handle, thrown = thrown] {
                    try {
                        for (;;) handle.store(std::string(100, 'x'));
                    } catch (const IllegalState&) {
                        ++*thrown;
                        handle.reportError("too late");
                        handle.stop("too late");
                    }
                });
        }
        void onStop() const {}
    };
    const bool graceful = GENERATE(false, true);
    const auto threads = std::make_shared<std::vector<std::thread>>();
    const auto thrown = std::make_shared<std::atomic<int>>(0);
    std::uint64_t bytes = 0;
    {
        Context context("local[2]", "handle", small());
        StreamingContext stream(context, 1ms);
        stream.receiverStream(Careless{threads, thrown}) | foreachRDD([&](const auto& batch) {
            for (const std::string& text : batch.collect()) bytes += text.size();
        });
        stream.start();
        static_cast<void>(stream.awaitTerminationOrTimeout(10ms));
        stream.stop(true, graceful);
    }
    for (std::thread& thread : *threads) thread.join();
    CHECK(*thrown == 4);
    CHECK(bytes % 100 == 0);
}

TEST_CASE("receiver_handle: restarts among storing threads lose nothing that was taken") {
    constexpr int threads = 3;
    const auto shared = std::make_shared<Storing::Shared>();
    Ledger ledger(threads);
    {
        Context context("local[2]", "handle", small());
        StreamingContext stream(context, 1ms);
        stream.receiverStream(Storing{shared, 600, threads, 50}) | foreachRDD([&](const auto& batch) {
            for (const std::uint64_t number : batch | map([](const Tracked& record) { return record.number; }) | collect()) ledger.take(number);
        });
        stream.start();
        stream.awaitTermination();
        CHECK(stream.receivers().at(0).connections > 5);
    }
    CHECK(ledger.ordered);
    CHECK(ledger.next == shared->stored);
}

}  // namespace
