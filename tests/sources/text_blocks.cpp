// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/text_blocks.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/operators/count.hpp>
#include <dstream/testing/world.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using Lines = std::vector<std::string>;

struct Nobody final : Actor {
    Step step(World&) override { return Step::idle(); }
};

struct Blocks {
    TextBlocks of(const std::vector<std::string>& texts, RunnerRef runner = {}) {
        BlockList<> blocks;
        for (const std::string& text : texts) {
            Block block = *pool->take(text.size(), nobody);
            std::memcpy(block.data(), text.data(), text.size());
            block.size = text.size();
            blocks.push_back(std::move(block));
        }
        return {std::move(blocks), runner};
    }
    testing::World world;
    Nobody nobody;
    std::shared_ptr<BlockPool> pool = std::make_shared<BlockPool>(world, 1 << 20, 64);
};

TEST_CASE("text_blocks: the lines of all blocks, in order, one partition a block") {
    Blocks blocks;
    const TextBlocks batch = blocks.of({"a\nb\n", "c\r\n", "\n", "last"});
    CHECK(batch.partitions() == 4);
    CHECK((batch | collect()) == Lines{"a", "b", "c", "", "last"});
    CHECK((batch | take(3)) == Lines{"a", "b", "c"});
}

TEST_CASE("text_blocks: no blocks, no records") {
    Blocks blocks;
    const TextBlocks none = blocks.of({});
    CHECK(none.partitions() == 0);
    CHECK((none | collect()).empty());
}

TEST_CASE("text_blocks: the byte-order mark that was taken away is none of them") {
    Blocks blocks;
    Block block = *blocks.pool->take(1, blocks.nobody);
    std::memcpy(block.data(), "\xEF\xBB\xBFx\n", 5);
    block.begin = 3;
    block.size = 5;
    BlockList<> one;
    one.push_back(std::move(block));
    CHECK((TextBlocks(std::move(one), {}) | collect()) == Lines{"x"});
}

TEST_CASE("text_blocks: slices of any size give the same lines") {
    Blocks blocks;
    std::string text;
    Lines expected;
    for (int i = 0; i < 100; ++i) {
        expected.push_back(std::string(static_cast<std::size_t>(i % 13), 'x') + std::to_string(i));
        text += expected.back() + "\n";
    }
    const Lines once = expected;
    expected.insert(expected.end(), once.begin(), once.end());
    for (const std::size_t bytes : {1U, 7U, 64U, 100'000U}) {
        support::SlicingRunner runner(bytes, bytes);
        const TextBlocks batch = blocks.of({text, text}, RunnerRef(runner));
        CHECK((batch | collect()) == expected);
    }
}

TEST_CASE("text_blocks: the blocks go back with the last copy") {
    Blocks blocks;
    {
        TextBlocks one = blocks.of({"a\n", "b\n"});
        const TextBlocks copy = one;
        CHECK(blocks.pool->bytesHeld() == 128);
        one = blocks.of({});
        CHECK(blocks.pool->bytesHeld() == 128);
        CHECK((copy | collect()) == Lines{"a", "b"});
    }
    CHECK(blocks.pool->bytesHeld() == 0);
}

}  // namespace
