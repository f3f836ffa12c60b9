// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/receiver_store.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "exec/stepped.hpp"
#include "outputs/forwarding_world.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using dstream::detail::ReceiverRequest;
using dstream::detail::ReceiverStore;
using dstream::detail::ReceiverWish;
using Numbers = std::vector<int>;

struct Supervisor final : Actor {
    int steps = 0;
    Step step(World&) override {
        ++steps;
        return Step::idle();
    }
};

constexpr std::size_t overhead = ReceiverStore<int>::blockOverhead;

/// Room for 64 numbers, in blocks of 16, or for those of two blocks of their own.
struct Stored {
    Stored() {
        world.spawn(supervisor, Lane::Io);
        store.attach(world, supervisor, pool, 5);
        run = store.open();
    }
    testing::World world;
    Supervisor supervisor;
    std::shared_ptr<BlockPool> pool = std::make_shared<BlockPool>(world, 256 + 2 * overhead, 64);
    ReceiverStore<int> store;
    std::uint64_t run = 0;
};

TEST_CASE("receiver_store: what waits is counted by the pool until its batch has gone") {
    Stored test;
    CHECK(test.store.empty());
    for (int i = 0; i < 20; ++i) CHECK(test.store.store(test.run, i));
    CHECK(test.pool->bytesHeld() == 80);
    CHECK(test.store.bytesStored() == 80);
    CHECK_FALSE(test.store.empty());
    auto batch = test.store.take(0);
    CHECK(test.store.empty());
    CHECK(batch->bytes == 80);
    CHECK(batch->partitions.size() == 2);
    CHECK(test.pool->bytesHeld() == 80);
    batch.reset();
    CHECK(test.pool->bytesHeld() == 0);
    CHECK(test.store.bytesStored() == 80);
    CHECK(test.store.id() == 5);
}

TEST_CASE("receiver_store: a block of its own is counted by the pool with its overhead, and told without") {
    Stored test;
    CHECK(test.store.storeAll(test.run, Numbers(2, 1)));
    CHECK(test.store.store(test.run, 1));
    CHECK(test.pool->bytesHeld() == 12 + overhead);
    CHECK(test.store.bytesStored() == 12);
    auto batch = test.store.take(0);
    CHECK(batch->bytes == 12);
    CHECK(test.pool->bytesHeld() == 12 + overhead);
    batch.reset();
    CHECK(test.pool->bytesHeld() == 0);
    const std::size_t most = (test.pool->bound() / 2 - overhead) / sizeof(int);
    CHECK_THROWS_AS(test.store.storeAll(test.run, Numbers(most + 1, 1)), std::length_error);
    CHECK(test.store.storeAll(test.run, Numbers(most, 1)));
    CHECK(test.store.close() == most * sizeof(int));
    CHECK(test.pool->bytesHeld() == 0);
}

TEST_CASE("receiver_store: blocks of one record are no more than their overheads let in") {
    Stored test;
    test.pool = std::make_shared<BlockPool>(test.world, 100 * (overhead + sizeof(int)), 64);
    test.store.attach(test.world, test.supervisor, test.pool, 5);
    std::size_t stored = 0;
    const detail::SourceCall<> call;  // in which nothing waits
    CHECK_THROWS_AS([&] { for (;; ++stored) test.store.storeAll(test.run, Numbers(1, 1)); }(), IllegalState);
    CHECK(stored == 100);
    CHECK(test.store.take(0)->partitions.size() == 100);
    CHECK(test.pool->bytesHeld() == 0);
}

TEST_CASE("receiver_store: close gives back what is in no batch") {
    Stored test;
    CHECK(test.store.storeAll(test.run, Numbers(10, 1)));
    CHECK(test.store.store(test.run, 1));
    CHECK(test.store.beginEnd() == 0);
    CHECK(test.store.store(test.run, 2));  // onStop may still bring the last ones
    CHECK(test.store.end() == 0);
    CHECK_THROWS_AS(test.store.store(test.run, 3), IllegalState);
    CHECK(test.store.close() == 48);
    CHECK(test.pool->bytesHeld() == 0);
}

TEST_CASE("receiver_store: a supervisor that waits for memory is woken, and blocks are not given away meanwhile") {
    Stored test;
    Supervisor socket;
    test.world.spawn(socket, Lane::Io);
    auto block = test.pool->take(64, socket);
    auto other = test.pool->take(64, socket);
    REQUIRE(test.store.storeAll(test.run, Numbers(32, 1)));  // full
    auto batch = test.store.take(0);
    std::optional<bool> stored;
    std::thread waiting([&] { stored = test.store.storeAll(test.run, Numbers(30, 2)); });
    while (test.pool->charge(0)) std::this_thread::yield();  // until it has said what it wants
    test.world.runUntilQuiet();
    const int before = test.supervisor.steps;
    block.reset();
    test.world.runUntilQuiet();
    CHECK(test.supervisor.steps == before + 1);
    CHECK_FALSE(test.pool->take(64, socket));  // there would be room, were it not kept free
    CHECK_FALSE(test.store.tryStore(test.run, 1));
    test.store.look();  // woken, it asks again: still too little
    batch.reset();
    test.store.look();
    waiting.join();
    CHECK(stored == true);
    CHECK(test.pool->bytesHeld() == 64 + 120 + overhead);
    CHECK(test.pool->take(64, socket));
}

TEST_CASE("receiver_store: the end of the run refuses who waits, and keeps nothing free for them") {
    Stored test;
    REQUIRE(test.store.storeAll(test.run, Numbers(32, 1)));
    REQUIRE(test.store.storeAll(test.run, Numbers(32, 1)));
    std::vector<std::thread> waiting;
    std::vector<int> stored(3, -1);
    for (std::size_t i = 0; i < 3; ++i) waiting.emplace_back([&, i] { stored[i] = test.store.storeAll(test.run, Numbers(i + 1, 2)) ? 1 : 0; });
    while (test.pool->charge(0)) std::this_thread::yield();
    std::uint64_t refused = test.store.beginEnd();
    for (std::thread& thread : waiting) thread.join();
    refused += test.store.end();
    CHECK(refused == (1 + 2 + 3) * sizeof(int));
    CHECK(stored == Numbers{0, 0, 0});
    CHECK(test.pool->charge(0));
    CHECK(test.store.close() == 256);
}

TEST_CASE("receiver_store: one wish a run, and a stop before all others") {
    Stored test;
    test.world.runUntilQuiet();
    test.store.ask(test.run, {ReceiverWish::Restart, "first", 7});
    test.store.ask(test.run, {ReceiverWish::Finish, "", 0});
    test.world.runUntilQuiet();
    CHECK(test.supervisor.steps == 2);
    CHECK_FALSE(test.store.isOn(test.run));
    const ReceiverRequest request = test.store.takeRequest();
    CHECK(request.wish == ReceiverWish::Restart);
    CHECK(request.text == "first");
    CHECK(request.delay == 7);
    CHECK(test.store.takeRequest().wish == ReceiverWish::None);
    test.store.beginEnd();
    test.store.ask(test.run, {ReceiverWish::Finish, "", 0});  // a loop that ends because it is told to
    test.store.end();
    CHECK(test.store.takeRequest().wish == ReceiverWish::None);
    const std::uint64_t second = test.store.open();
    CHECK(second != test.run);
    CHECK(test.store.isOn(second));
    CHECK_FALSE(test.store.isOn(test.run));
    test.store.ask(test.run, {ReceiverWish::Restart, "of the first run", 0});
    test.store.ask(second, {ReceiverWish::Finish, "", 0});
    test.store.ask(test.run, {ReceiverWish::Stop, "for good", 0});
    test.store.ask(second, {ReceiverWish::Stop, "again", 0});
    CHECK(test.store.takeRequest().text == "for good");
    test.store.reportError("trouble");
    CHECK(test.store.takeErrors() == std::vector<std::string>{"trouble"});
    CHECK(test.store.takeErrors().empty());
}

/// Its actors are threads of a schedule, which look whether they were woken.
class SteppedWorld final : public support::ForwardingWorld {
public:
    struct Woken final : Actor {
        Step step(World&) override { return Step::idle(); }
        bool woken = false;
    };
    void wake(Actor& actor) override { static_cast<Woken&>(actor).woken = true; }
};

/// Threads that store, the supervisor and its batches, the job that lets them go, and a socket that wants blocks of the same pool.
class Schedule {
public:
    explicit Schedule(std::uint64_t seed) : random_(seed), machine_(seed), endsEarly_(seed % 3 == 0), left_(1 + seed % 3) {
        store_.attach(world_, supervisor_, pool_, 0);
        run_ = store_.open();
    }

    void run() {
        std::vector<std::function<void()>> programs;
        for (int producer = 0; producer < static_cast<int>(left_); ++producer) {
            const std::uint64_t own = random_();
            programs.push_back([this, producer, own] { produce(producer, own); });
        }
        kept_.resize(left_);
        taken_.resize(left_);
        programs.push_back([this] { supervise(); });
        programs.push_back([this] { finishBatches(); });
        programs.push_back([this] { receive(); });
        machine_.run(programs);
        REQUIRE(machine_.aborted() == "");
        refused_ += store_.end();
        REQUIRE(store_.close() == 0);
        REQUIRE(wrong_ == "");
        REQUIRE(taken_ == kept_);
        REQUIRE(refused_ == refusedHere_);
        REQUIRE(store_.bytesStored() == storedHere_);
        REQUIRE(pool_->bytesHeld() == 0);
    }

private:
    void produce(int producer, std::uint64_t seed) {
        std::mt19937_64 random(seed);
        int next = producer * 1000;
        for (int round = 0; round < 6; ++round) {
            const std::size_t count = random() % 3 == 0 ? 1 : 1 + random() % 32;
            Numbers numbers(count);
            for (int& number : numbers) number = next++;
            const std::uint64_t bytes = count * sizeof(int);
            const bool waits = count != 1 || random() % 2 == 0;
            const bool stored = count != 1 ? store_.storeAll(run_, numbers) : waits ? store_.store(run_, numbers[0]) : store_.tryStore(run_, numbers[0]);
            if (stored) {
                storedHere_ += bytes;
                auto& kept = kept_[static_cast<std::size_t>(producer)];
                kept.insert(kept.end(), numbers.begin(), numbers.end());
            } else if (waits) {
                refusedHere_ += bytes;
            }
        }
        --left_;
    }

    /// A batch at any time; but who waits for memory is told of it only when the pool says so.
    void supervise() {
        while (left_ != 0 || !store_.empty()) {
            machine_.step();
            if (std::exchange(supervisor_.woken, false)) store_.look();
            if (endsEarly_ && random_() % 16 == 0) {
                endsEarly_ = false;
                refused_ += store_.beginEnd();
            }
            if (!store_.empty() && random_() % 4 == 0) batches_.push_back(store_.take(random_() % 2 == 0 ? 0 : 64));
        }
        over_ = true;
    }

    void finishBatches() {
        while (!over_ || !batches_.empty()) {
            machine_.step();
            if (pool_->bytesHeld() > pool_->bound()) wrong_ = "the pool passes its bound";
            if (batches_.empty()) continue;
            const auto batch = std::move(batches_.front());
            batches_.erase(batches_.begin());
            for (const Numbers& partition : batch->partitions)
                for (const int number : partition) taken_[static_cast<std::size_t>(number / 1000)].push_back(number);
            machine_.step();
        }
    }

    void receive() {
        while (!over_) {
            const auto block = pool_->take(64, socket_);
            for (int i = 0; i < 5; ++i) machine_.step();
            while (!block && !over_ && !std::exchange(socket_.woken, false)) machine_.step();
        }
    }

    std::mt19937_64 random_;
    stepped::Machine machine_;
    SteppedWorld world_;
    SteppedWorld::Woken supervisor_;
    SteppedWorld::Woken socket_;
    std::shared_ptr<BlockPool> pool_ = std::make_shared<BlockPool>(world_, 256 + 2 * overhead, 64);
    ReceiverStore<int, stepped::SteppedLocks> store_;
    std::uint64_t run_ = 0;
    std::vector<std::shared_ptr<detail::ReceivedBlocks<int>>> batches_;
    bool endsEarly_;
    bool over_ = false;
    std::size_t left_;
    std::vector<Numbers> kept_;
    std::vector<Numbers> taken_;
    std::uint64_t refused_ = 0;
    std::uint64_t refusedHere_ = 0;
    std::uint64_t storedHere_ = 0;
    std::string wrong_;
};

TEST_CASE("receiver_store: under stepped schedules each record is in one batch or refused, in order, and nobody waits for ever") {
    for (std::uint64_t seed = 0; seed < stepped::schedules(); ++seed) {
        INFO("seed " << seed << " of DSTREAM_SCHEDULES=" << stepped::schedules());
        Schedule(seed).run();
    }
}

}  // namespace
