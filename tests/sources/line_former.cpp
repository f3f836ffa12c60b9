// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/line_former.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"

namespace {

using namespace std::string_literals;
using dstream::Block;
using dstream::BlockPool;
using dstream::LineFormer;

struct Nobody final : dstream::Actor {
    dstream::Step step(dstream::World&) override { return dstream::Step::idle(); }
};

/// A LineFormer with a pool of its own, and what it handed over.
struct Bench {
    explicit Bench(std::size_t blockBytes, std::size_t maxLine, std::size_t most = 1 << 20)
        : bound(most), pool(std::make_shared<BlockPool>(world, bound, blockBytes)), former(pool, maxLine, nobody) {
        former.beginText(false);
    }

    /// Gives the bytes as far as there is space; how many were taken.
    std::size_t give(std::string_view bytes) {
        std::size_t given = 0;
        while (given < bytes.size()) {
            const LineFormer::Space space = former.space();
            if (space.data == nullptr) break;
            REQUIRE(space.bytes > 0);
            const std::size_t now = std::min(space.bytes, bytes.size() - given);
            std::memcpy(space.data, bytes.data() + given, now);
            former.filled(now);
            given += now;
            if (pool->bytesHeld() > bound) FAIL("the pool holds more than its bound");
        }
        return given;
    }

    /// What lies ready becomes `text`, and its blocks go back.
    void take() {
        while (!former.ready().empty()) {
            const std::string_view block = former.ready().front().text();
            CHECK_FALSE(block.empty());
            text += block;
            pieces.emplace_back(block);
            former.ready().pop_front();
        }
    }

    dstream::testing::World world;
    Nobody nobody;
    const std::size_t bound;
    std::shared_ptr<BlockPool> pool;
    LineFormer former;
    std::string text;
    std::vector<std::string> pieces;
};

TEST_CASE("line_former: complete lines are handed over, the rest stays") {
    Bench bench(64, 64);
    bench.give("one\ntwo\nthr");
    CHECK(bench.former.bytesWaiting() == 11);
    bench.former.cut();
    CHECK(bench.former.bytesWaiting() == 3);
    bench.take();
    CHECK(bench.text == "one\ntwo\n");
    bench.give("ee\n");
    bench.former.cut();
    bench.take();
    CHECK(bench.pieces == std::vector{"one\ntwo\n"s, "three\n"s});
    CHECK(bench.former.bytesWaiting() == 0);
}

TEST_CASE("line_former: cut without a complete line does nothing, any number of times") {
    Bench bench(64, 64);
    bench.former.cut();
    bench.give("half");
    for (int i = 0; i < 3; ++i) bench.former.cut();
    CHECK(bench.former.ready().empty());
    CHECK(bench.former.bytesWaiting() == 4);
    bench.give("\n");
    bench.former.cut();
    bench.take();
    CHECK(bench.text == "half\n");
}

TEST_CASE("line_former: the last line counts without its end; the next text is a new one") {
    Bench bench(64, 64);
    bench.give("a\nlast");
    CHECK(bench.former.endOfText());
    bench.former.beginText(false);
    bench.give("b\n");
    CHECK(bench.former.endOfText());
    bench.former.beginText(false);
    CHECK(bench.former.endOfText());  // a text of nothing
    bench.take();
    CHECK(bench.pieces == std::vector{"a\nlast"s, "b\n"s});
    CHECK(bench.former.bytesWaiting() == 0);
}

TEST_CASE("line_former: the last line after a cut lies in a block of its own") {
    Bench bench(64, 64);
    bench.give("a\nlast");
    bench.former.cut();
    CHECK(bench.former.endOfText());
    bench.take();
    CHECK(bench.pieces == std::vector{"a\n"s, "last"s});
}

TEST_CASE("line_former: breaking off keeps complete lines and counts what is lost") {
    Bench bench(64, 64);
    bench.give("a\nlost");
    SECTION("at once") {}
    SECTION("after a cut") { bench.former.cut(); }
    CHECK(bench.former.breakOff() == 4);
    CHECK(bench.former.bytesWaiting() == 0);
    bench.former.beginText(false);
    bench.give("b\n");
    CHECK(bench.former.breakOff() == 0);
    bench.take();
    CHECK(bench.text == "a\nb\n");
}

TEST_CASE("line_former: a line at the limit passes, one over it is dropped and counted") {
    const std::size_t block = GENERATE(8U, 16U, 32U);
    Bench bench(block, 32);
    const std::string fits = std::string(31, 'f') + "\n";
    const std::string over = std::string(32, 'o') + "\n";
    bench.give("a\n" + fits + over + "b\n" + fits + "c\n");
    bench.former.cut();
    bench.take();
    CHECK(bench.text == "a\n" + fits + "b\n" + fits + "c\n");
    CHECK(bench.former.takeDropped().bytes == 33);
    CHECK(bench.former.takeDropped().bytes == 0);
}

TEST_CASE("line_former: a very long line over many reads, then normal ones") {
    Bench bench(16, 64);
    bench.give("before\n");
    for (int i = 0; i < 1000; ++i) {
        bench.give(std::string(17, 'x'));
        if (i % 7 == 0) bench.former.cut();
    }
    CHECK(bench.former.takeDropped().bytes == 0);  // not before its end
    bench.give("\nafter\n");
    CHECK(bench.former.takeDropped().bytes == 17001);
    bench.former.cut();
    bench.take();
    CHECK(bench.text == "before\nafter\n");
    CHECK(bench.pool->bytesHeld() <= 64);
}

TEST_CASE("line_former: of a line that goes on and on is told while it is dropped, each byte once") {
    constexpr std::size_t piece = 1 << 20;
    Bench bench(piece, 2 * piece, 8 * piece);
    const std::string some(piece, 'x');
    const auto dropped = [&] { return bench.former.takeDropped().bytes; };
    const auto giveUntilTold = [&](std::uint64_t given) {
        std::uint64_t told = 0;
        for (; told == 0; told = dropped()) {
            REQUIRE(given <= LineFormer::tellEvery + 4 * piece);
            given += bench.give(some);
        }
        CHECK(told >= LineFormer::tellEvery);
        CHECK(told <= given);
        return given - told;
    };
    const std::uint64_t untold = giveUntilTold(giveUntilTold(0));
    SECTION("it ends") {
        bench.give("\nok\n");
        CHECK(dropped() == untold + 1);
    }
    SECTION("the text ends") {
        bench.give("xx");
        CHECK(bench.former.endOfText());
        CHECK(dropped() == untold + 2);
    }
    SECTION("the connection breaks") {
        bench.give("xx");
        CHECK(bench.former.breakOff() == 0);
        CHECK(dropped() == untold + 2);
    }
    CHECK(dropped() == 0);
}

TEST_CASE("line_former: two long lines in a row, and a third at the end of the text") {
    Bench bench(16, 32);
    bench.give(std::string(100, '1') + "\n" + std::string(50, '2') + "\nok\n" + std::string(70, '3'));
    CHECK(bench.former.takeDropped().bytes == 101 + 51);
    CHECK(bench.former.endOfText());
    CHECK(bench.former.takeDropped().bytes == 70);
    bench.former.beginText(false);
    bench.give("next\n");
    bench.former.cut();
    bench.take();
    CHECK(bench.text == "ok\nnext\n");
}

TEST_CASE("line_former: short lines that fill a grown block to its last byte, and the end of the text") {
    for (const std::string last : {"", "x", "xx"}) {
        Bench bench(8, 16);
        bench.give(std::string(20, 'l') + "\n");  // over the limit: the block has grown, and stays
        CHECK(bench.former.takeDropped().bytes == 21);
        const std::string text = "a\nbb\nccc\ndddd\n" + last;
        bench.give(text);
        bench.give(std::string(17 - text.size() - 1, 'e') + "\n");
        CHECK(bench.former.endOfText());
        bench.take();
        CHECK(bench.former.takeDropped().bytes == 0);
        CHECK(bench.text.size() == 17);
    }
}

TEST_CASE("line_former: breaking off in a line over the limit reports it as such, not as lost") {
    Bench bench(16, 32);
    bench.give("ok\n" + std::string(100, 'x'));
    CHECK(bench.former.breakOff() == 0);
    CHECK(bench.former.takeDropped().bytes == 100);
    bench.take();
    CHECK(bench.text == "ok\n");
}

TEST_CASE("line_former: a limit of one byte lets only empty lines through") {
    Bench bench(1, 1);
    bench.give("\na\n\n\nbcd\n\n");
    bench.former.cut();
    bench.take();
    CHECK(bench.text == "\n\n\n\n");
    CHECK(bench.former.takeDropped().bytes == 2 + 4);
}

TEST_CASE("line_former: a byte-order mark is taken away at the head, whole or cut, and only there") {
    const std::string mark = "\xEF\xBB\xBF";
    const auto formed = [](std::vector<std::string> parts, bool cutBetween) {
        Bench bench(8, 64);
        bench.former.beginText(true);
        for (const std::string& part : parts) {
            bench.give(part);
            if (cutBetween) bench.former.cut();
        }
        CHECK(bench.former.endOfText());
        bench.take();
        return bench.text;
    };
    const bool cut = GENERATE(false, true);
    CHECK(formed({mark + "a\n"}, cut) == "a\n");
    CHECK(formed({"\xEF", "\xBB", "\xBF", "a\n"}, cut) == "a\n");
    CHECK(formed({"\xEF\xBB", "\xBF" "a\nb"}, cut) == "a\nb");
    CHECK(formed({mark + "\n"}, cut) == "\n");
    CHECK(formed({mark}, cut).empty());
    CHECK(formed({mark + mark + "a\n"}, cut) == mark + "a\n");
    CHECK(formed({"a\n" + mark + "b\n"}, cut) == "a\n" + mark + "b\n");
    CHECK(formed({mark + "12345\n7"}, cut) == "12345\n7");       // exactly a block
    CHECK(formed({mark + "1234567890\n"}, cut) == "1234567890\n");  // grows over it
}

TEST_CASE("line_former: what only begins like a mark is data") {
    const auto formed = [](std::string text) {
        Bench bench(8, 64);
        bench.former.beginText(true);
        for (const char byte : text) bench.give(std::string_view(&byte, 1));
        CHECK(bench.former.endOfText());
        bench.take();
        return bench.text;
    };
    for (const std::string text : {"\xEF", "\xEF\xBB", "\xEF\n", "\xEF\xBB\n", "\xEF\xBBX\n", "\xEFX", "\xBB\xBF\n", "\n", ""})
        CHECK(formed(text) == text);
}

TEST_CASE("line_former: each text has a head of its own, and none when not asked") {
    const std::string mark = "\xEF\xBB\xBF";
    Bench bench(64, 64);
    bench.former.beginText(true);
    bench.give(mark + "a\n");
    CHECK(bench.former.endOfText());
    bench.former.beginText(true);
    bench.give(mark + "b");
    CHECK(bench.former.breakOff() == 1);
    bench.former.beginText(false);
    bench.give(mark + "c\n");
    CHECK(bench.former.endOfText());
    bench.take();
    CHECK(bench.text == "a\n" + mark + "c\n");
}

TEST_CASE("line_former: a mark and a line of exactly the limit") {
    Bench bench(16, 16);
    bench.former.beginText(true);
    const std::string line = std::string(15, 'x') + "\n";
    bench.give("\xEF\xBB\xBF" + line + std::string(16, 'y') + "\nz\n");
    CHECK(bench.former.endOfText());
    bench.take();
    CHECK(bench.text == line + "z\n");
    CHECK(bench.former.takeDropped().bytes == 17);
}

TEST_CASE("line_former: blocks are used again") {
    Bench bench(16, 64, 64);
    for (int i = 0; i < 1000; ++i) {
        REQUIRE(bench.give("0123456789\n") == 11);
        bench.former.cut();
        bench.take();
        CHECK(bench.pool->bytesHeld() <= 64);
    }
    CHECK(bench.text.size() == 11'000);
}

// --- no memory ---

TEST_CASE("line_former: without memory there is no space, and nothing is lost when it comes back") {
    dstream::testing::World world;
    Nobody nobody;
    auto pool = std::make_shared<BlockPool>(world, 64, 16);
    LineFormer former(pool, 16, nobody);
    former.beginText(false);
    std::vector<Block> hogs;
    while (auto hog = pool->take(1, nobody)) hogs.push_back(std::move(*hog));
    CHECK(former.space().data == nullptr);
    CHECK(former.space().data == nullptr);
    hogs.pop_back();
    const LineFormer::Space space = former.space();
    REQUIRE(space.bytes == 16);
    std::memcpy(space.data, "ab\nhalf", 7);
    former.filled(7);
    former.cut();  // the tail waits outside of any block
    CHECK(former.bytesWaiting() == 4);
    CHECK(former.space().data == nullptr);
    CHECK_FALSE(former.endOfText());
    CHECK_FALSE(former.endOfText());
    CHECK(former.bytesWaiting() == 4);
    hogs.pop_back();
    CHECK(former.endOfText());
    REQUIRE(former.ready().size() == 2);
    CHECK(former.ready()[0].text() == "ab\n");
    CHECK(former.ready()[1].text() == "half");
    CHECK(former.bytesWaiting() == 0);
}

TEST_CASE("line_former: breaking off while the tail waits for memory counts the tail") {
    dstream::testing::World world;
    Nobody nobody;
    auto pool = std::make_shared<BlockPool>(world, 16, 16);
    LineFormer former(pool, 16, nobody);
    former.beginText(false);
    const LineFormer::Space space = former.space();
    std::memcpy(space.data, "ab\nhalf", 7);
    former.filled(7);
    former.cut();
    CHECK(former.space().data == nullptr);
    CHECK(former.breakOff() == 4);
    CHECK(former.bytesWaiting() == 0);
    CHECK(former.ready().size() == 1);
}

TEST_CASE("line_former: memory refused at each moment in turn") {
    const std::string text = "\xEF\xBB\xBF" "ab\n" + std::string(20, 'g') + "\n" + std::string(40, 'x') + "\nshort\n" + std::string(33, 'y')
                             + "\nc\n" + std::string(31, 'z') + "\nlast";
    const std::string expected = "ab\n" + std::string(20, 'g') + "\nshort\nc\n" + std::string(31, 'z') + "\nlast";
    for (const std::size_t piece : {1U, 3U, 7U, 100U}) {
        for (std::size_t refused = 0;; ++refused) {
            CAPTURE(piece, refused);
            Bench bench(8, 32, 128);
            bench.former.beginText(true);
            std::size_t asked = 0;
            std::vector<Block> hogs;
            const auto hogAt = [&] {
                if (asked++ != refused) return;
                while (auto hog = bench.pool->take(1, bench.nobody)) hogs.push_back(std::move(*hog));
            };
            for (std::size_t at = 0; at < text.size();) {
                hogAt();
                const std::string_view next = std::string_view(text).substr(at, piece);
                std::size_t given = bench.give(next);
                bench.former.cut();
                bench.take();
                hogs.clear();
                given += bench.give(next.substr(given));
                REQUIRE(given == next.size());
                at += given;
                if (asked % 2 == 0) bench.former.cut();
            }
            hogAt();
            if (!bench.former.endOfText()) {
                bench.take();
                hogs.clear();
                REQUIRE(bench.former.endOfText());
            }
            bench.take();
            REQUIRE(bench.text == expected);
            REQUIRE(bench.former.takeDropped().bytes == 41 + 34);
            if (asked <= refused) break;  // there was no such moment
        }
    }
}

/// Lines of a text, those over the limit (line end included) left out.
std::vector<std::string> allowed(std::string_view text, std::size_t limit) {
    std::vector<std::string> lines;
    std::size_t from = 0;
    while (from < text.size()) {
        const std::size_t feed = text.find('\n', from);
        const std::size_t to = feed == std::string_view::npos ? text.size() : feed + 1;
        if (to - from <= limit) lines.emplace_back(text.substr(from, to - from));
        from = to;
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text += line;
    return text;
}

TEST_CASE("line_former: any text, in any pieces, with memory refused at any moment, is its lines") {
    for (std::uint64_t seed = 1; seed <= 600; ++seed) {
        support::Random random(seed);
        CAPTURE(seed);
        constexpr std::size_t limit = 48;
        const std::size_t blockBytes = std::size_t{8} << random.below(3);
        const std::size_t bound = std::max<std::size_t>(limit, blockBytes) * (4 + random.below(3));
        Bench bench(blockBytes, limit, bound);

        std::string text;
        for (std::size_t line = 0, lines = random.below(60); line < lines; ++line) {
            const std::size_t length = random.below(8) == 0 ? random.below(150) : random.below(24);
            text += random.text(length, "ab \r\xC3\xB1") + "\n";
        }
        if (random.below(2) == 0) text += random.text(random.below(40), "xyz");

        // Others take and give back memory meanwhile.
        std::vector<Block> hogs;
        std::size_t at = 0;
        std::uint64_t dropped = 0;
        const auto disturb = [&] {
            switch (random.below(6)) {
                case 0: bench.former.cut(); break;
                case 1: bench.take(); break;
                case 2:
                    if (auto hog = bench.pool->take(1 + random.below(limit), bench.nobody)) hogs.push_back(std::move(*hog));
                    break;
                case 3:
                    while (auto hog = bench.pool->take(1, bench.nobody)) hogs.push_back(std::move(*hog));
                    break;
                default: hogs.clear();
            }
        };
        std::size_t rounds = 0;
        while (at < text.size()) {
            at += bench.give(std::string_view(text).substr(at, 1 + random.below(40)));
            dropped += bench.former.takeDropped().bytes;
            disturb();
            REQUIRE(++rounds < 100'000);
            if (rounds % 50 == 0) {  // in the end memory comes back
                hogs.clear();
                bench.former.cut();
                bench.take();
            }
        }
        while (!bench.former.endOfText()) {
            hogs.clear();
            bench.take();
            REQUIRE(++rounds < 100'000);
        }
        dropped += bench.former.takeDropped().bytes;
        bench.take();
        CHECK(bench.text == joined(allowed(text, limit)));
        CHECK(dropped + bench.text.size() == text.size());
        CHECK(bench.former.bytesWaiting() == 0);
        for (std::size_t i = 0; i + 1 < bench.pieces.size(); ++i) CHECK(bench.pieces[i].back() == '\n');
    }
}

}  // namespace
