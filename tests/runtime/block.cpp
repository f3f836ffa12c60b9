// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/block.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using dstream::Actor;
using dstream::Block;
using dstream::BlockPool;

struct Waiter final : Actor {
    int steps = 0;
    dstream::Step step(dstream::World&) override {
        ++steps;
        return dstream::Step::idle();
    }
};

struct Pool {
    explicit Pool(std::size_t bound, std::size_t blockBytes)
        : pool(std::make_shared<BlockPool>(world, bound, blockBytes)) {
        world.spawn(waiter, dstream::Lane::Io);
        world.runUntilQuiet();
        waiter.steps = 0;
    }
    dstream::testing::World world;
    Waiter waiter;
    std::shared_ptr<BlockPool> pool;
};

TEST_CASE("block: the usual size, or a larger one if asked") {
    Pool test(4096, 256);
    std::optional<Block> usual = test.pool->take(1, test.waiter);
    REQUIRE(usual);
    CHECK(usual->exists());
    CHECK(usual->capacity() == 256);
    CHECK(usual->text().empty());
    std::optional<Block> exact = test.pool->take(256, test.waiter);
    CHECK(exact->capacity() == 256);
    std::optional<Block> larger = test.pool->take(257, test.waiter);
    CHECK(larger->capacity() == 257);
    CHECK(test.pool->bytesHeld() == 256 + 256 + 257);
}

TEST_CASE("block: text is what lies between begin and size; the padding behind is ours to write") {
    Pool test(4096, 256);
    std::optional<Block> block = test.pool->take(1, test.waiter);
    for (std::size_t i = 0; i < block->capacity() + BlockPool::padding; ++i) block->data()[i] = 'x';
    block->size = 5;
    block->begin = 2;
    CHECK(block->text() == "xxx");
}

TEST_CASE("block: the bound holds to the byte") {
    Pool test(1024, 256);
    std::vector<Block> held;
    for (int i = 0; i < 4; ++i) held.push_back(*test.pool->take(1, test.waiter));
    CHECK(test.pool->bytesHeld() == 1024);
    CHECK_FALSE(test.pool->take(1, test.waiter));
    CHECK(test.pool->bytesHeld() == 1024);
    held.pop_back();
    CHECK_FALSE(test.pool->take(257, test.waiter));
    CHECK(test.pool->take(256, test.waiter));
    CHECK_FALSE(test.pool->take(4096, test.waiter));
}

TEST_CASE("block: who asked in vain is woken once when some come back, and must ask again") {
    Pool test(512, 256);
    std::vector<Block> held;
    held.push_back(*test.pool->take(1, test.waiter));
    held.push_back(*test.pool->take(1, test.waiter));
    for (int i = 0; i < 3; ++i) CHECK_FALSE(test.pool->take(1, test.waiter));
    held.pop_back();
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 1);
    held.pop_back();
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 1);
    // too large for what came back: waits again
    held.push_back(*test.pool->take(1, test.waiter));
    CHECK_FALSE(test.pool->take(512, test.waiter));
    held.clear();
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 2);
    CHECK(test.pool->take(512, test.waiter));
}

TEST_CASE("block: every waiter is woken") {
    Pool test(256, 256);
    Waiter second;
    test.world.spawn(second, dstream::Lane::Io);
    test.world.runUntilQuiet();
    second.steps = 0;
    {
        std::optional<Block> all = test.pool->take(1, test.waiter);
        CHECK_FALSE(test.pool->take(1, test.waiter));
        CHECK_FALSE(test.pool->take(1, second));
    }
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 1);
    CHECK(second.steps == 1);
}

TEST_CASE("block: buffers of the usual size are used again, larger ones are not kept") {
    Pool test(4096, 256);
    const char* first = nullptr;
    {
        std::optional<Block> block = test.pool->take(1, test.waiter);
        first = block->data();
    }
    CHECK(test.pool->bytesHeld() == 0);
    std::optional<Block> again = test.pool->take(1, test.waiter);
    CHECK(again->data() == first);
    {
        std::optional<Block> larger = test.pool->take(1000, test.waiter);
        CHECK(test.pool->bytesHeld() == 1256);
    }
    CHECK(test.pool->bytesHeld() == 256);
    CHECK(test.pool->take(1000, test.waiter));
}

TEST_CASE("block: little text moves to a buffer of about its size, more stays") {
    Pool test(8192, 4096);
    for (std::size_t bytes = 1; bytes <= 4096; ++bytes) {
        Block block = *test.pool->take(1, test.waiter);
        const std::string text(bytes, static_cast<char>('a' + bytes % 26));
        block.begin = bytes < 4096 && bytes % 2 != 0 ? 1 : 0;
        text.copy(block.data() + block.begin, bytes);
        block.size = block.begin + bytes;
        block.end = 7 * bytes;
        for (int twice = 0; twice < 2; ++twice) {
            block.fit();
            const bool moves = bytes + BlockPool::padding <= 4096 / 8;
            REQUIRE(block.text() == text);
            REQUIRE(block.end == 7 * bytes);
            REQUIRE(block.capacity() >= bytes);
            REQUIRE((moves ? block.capacity() < 2 * (bytes + BlockPool::padding) : block.capacity() == 4096));
            REQUIRE(test.pool->bytesHeld() == block.capacity());
            for (std::size_t i = bytes; moves && i < block.capacity() + BlockPool::padding; ++i) block.data()[i] = 'x';
        }
    }
    CHECK(test.pool->bytesHeld() == 0);
}

TEST_CASE("block: the buffer that little text has left is the next one's, and who waits for it is woken") {
    Pool test(4096 + 64, 4096);
    Block block = *test.pool->take(1, test.waiter);
    const char* const large = block.data();
    block.size = 10;
    CHECK_FALSE(test.pool->take(1, test.waiter));
    block.fit();
    CHECK(test.pool->bytesHeld() == 64);
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 1);
    std::optional<Block> next = test.pool->take(1, test.waiter);
    REQUIRE(next);
    CHECK(next->data() == large);
    test.pool->close();
    block = Block{};
    CHECK(test.pool->bytesHeld() == 4096);
}

TEST_CASE("block: moving keeps one owner; assigning gives the old buffer back in the end") {
    Pool test(4096, 256);
    {
        Block one = *test.pool->take(1, test.waiter);
        Block two = *test.pool->take(1, test.waiter);
        one.size = 1;
        two.size = 2;
        const char* second = two.data();
        one = std::move(two);
        CHECK(one.data() == second);
        CHECK(one.size == 2);
        Block three = std::move(one);
        CHECK(three.data() == second);
        CHECK_FALSE(one.exists());  // NOLINT(bugprone-use-after-move): moved-from blocks are empty
        three = Block{};
    }
    CHECK(test.pool->bytesHeld() == 0);
}

TEST_CASE("block: blocks come back to a closed pool, whose world may be gone") {
    std::optional<Block> late;
    {
        Pool test(512, 256);
        late = test.pool->take(1, test.waiter);
        CHECK(test.pool->take(1, test.waiter));
        std::optional<Block> other = test.pool->take(1, test.waiter);
        CHECK_FALSE(test.pool->take(1, test.waiter));
        test.pool->close();
        other.reset();
        test.world.runUntilQuiet();
        CHECK(test.waiter.steps == 0);
        CHECK(test.pool->bytesHeld() == 256);
    }
    late.reset();
    CHECK_FALSE(late);
}

TEST_CASE("block: bytes kept elsewhere are charged to the same bound, to the byte") {
    Pool test(1024, 256);
    CHECK(test.pool->bound() == 1024);
    CHECK(test.pool->charge(769));
    CHECK(test.pool->bytesHeld() == 769);
    CHECK_FALSE(test.pool->take(1, test.waiter));
    CHECK_FALSE(test.pool->charge(256));
    CHECK(test.pool->charge(255));
    test.pool->refund(1);
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 1);
    CHECK(test.pool->charge(1));
    CHECK_FALSE(test.pool->charge(1));
}

TEST_CASE("block: what a charge waits for is kept free for it, until it has it or gives up") {
    Pool test(1024, 256);
    Waiter socket;
    test.world.spawn(socket, dstream::Lane::Io);
    std::vector<Block> held;
    for (int i = 0; i < 4; ++i) held.push_back(*test.pool->take(1, socket));
    test.world.runUntilQuiet();
    test.waiter.steps = socket.steps = 0;
    std::size_t wanted = 0;
    CHECK_FALSE(test.pool->charge(400, test.waiter, wanted));
    CHECK_FALSE(test.pool->charge(400, test.waiter, wanted));  // asked twice, wanted once
    CHECK(wanted == 400);
    held.pop_back();
    test.world.runUntilQuiet();
    CHECK(test.waiter.steps == 1);
    CHECK_FALSE(test.pool->take(1, socket));
    CHECK_FALSE(test.pool->charge(1));
    CHECK_FALSE(test.pool->charge(400, test.waiter, wanted));
    held.pop_back();
    CHECK(test.pool->charge(400, test.waiter, wanted));
    CHECK(wanted == 0);
    CHECK(test.pool->bytesHeld() == 2 * 256 + 400);
    CHECK(test.pool->charge(112));

    CHECK_FALSE(test.pool->charge(100, test.waiter, wanted));
    test.pool->refund(100);
    CHECK_FALSE(test.pool->charge(1));
    socket.steps = 0;
    test.world.runUntilQuiet();
    test.pool->giveUp(wanted);
    CHECK(wanted == 0);
    CHECK(test.pool->charge(100));
    test.pool->close();
    test.pool->refund(100);
}

TEST_CASE("block: what a backlog took goes back to the system once nobody has needed it for a while, and what is needed stays") {
    constexpr std::size_t bytes = std::size_t{64} << 10;
    Pool test(64 * bytes, bytes);
    const auto take = [&](std::size_t count) {
        std::vector<Block> blocks;
        for (std::size_t i = 0; i < count; ++i) blocks.push_back(*test.pool->take(1, test.waiter));
        return blocks;
    };
    // Pages that the system has back read as zeros.
    const auto kept = [&] {
        std::size_t count = 0;
        for (Block& block : take(64)) count += block.data()[bytes / 2] == 'x' ? 1 : 0;
        return count;
    };
    for (Block& block : take(64)) block.data()[bytes / 2] = 'x';
    SECTION("all are needed") {
        for (int i = 0; i < 20; ++i) static_cast<void>(take(64));
        CHECK(kept() == 64);
    }
    SECTION("two are needed") {
        for (int i = 0; i < 2000; ++i) static_cast<void>(take(2));
        CHECK(kept() <= 4);
        CHECK(kept() >= 2);
    }
    SECTION("two are needed, and all every now and then") {
        for (int i = 0; i < 400; ++i) static_cast<void>(take(i % 30 == 0 ? 64 : 2));
        CHECK(kept() == 64);
    }
}

TEST_CASE("block: a pool that closes gives its memory back, once; a block may still come back later") {
    Pool test(4096, 256);
    std::optional<Block> kept = test.pool->take(1, test.waiter);
    static_cast<void>(test.pool->take(1, test.waiter));
    test.pool->close();
    test.pool->close();
    CHECK(test.world.trims() == 1);
    CHECK(test.pool->bytesHeld() == 256);
    kept.reset();
    CHECK(test.pool->bytesHeld() == 0);
}

}  // namespace
