// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/socketTextStream.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/naive.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using namespace std::string_literals;
using support::contains;
using support::messageOf;
using support::quiet;
using Lines = std::vector<std::string>;
using dstream::StreamingContextState;

/// A socketTextStream in a testing::World, and the lines of each batch.
struct Socket {
    explicit Socket(SocketOptions options = {}, Configuration configuration = quiet(), bool listening = true)
        : context("local[2]", "socket", configuration, world), stream(context, 1s) {
        if (listening) world.listen("server", 9);
        stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
        stream.socketTextStream("server", 9, options) | foreachRDD([this](const auto& batch) {
            Lines lines = batch.collect();
            all.insert(all.end(), lines.begin(), lines.end());
            batches.push_back(std::move(lines));
            batchSizes.push_back(batch.partitions());
        });
        stream.start();
        world.runUntilQuiet();
    }
    testing::Peer accept() {
        testing::Peer peer = world.accept("server", 9);
        world.runUntilQuiet();
        return peer;
    }
    void tick() { world.advance(1s); }
    [[nodiscard]] ReceiverInfo receiver() const { return stream.receivers().at(0); }
    [[nodiscard]] std::vector<std::string> receiverTexts() const {
        std::vector<std::string> texts;
        for (const auto& changed : told.all<ReceiverChanged>()) texts.push_back(describe(changed));
        return texts;
    }

    support::Told told;
    std::vector<Lines> batches;
    std::vector<std::size_t> batchSizes;
    Lines all;
    testing::World world{support::Stage::beginning};
    Context context;
    StreamingContext stream;
};

// --- lines ---

/// The lines of a text that is sent in these pieces, then closed.
Lines linesOf(const std::vector<std::string>& pieces, SocketOptions options = {}, bool tickBetween = false) {
    Socket socket(options);
    testing::Peer peer = socket.accept();
    for (const std::string& piece : pieces) {
        peer.send(piece);
        if (tickBetween) socket.tick();
    }
    peer.close();
    socket.tick();
    socket.tick();
    return socket.all;
}

TEST_CASE("socketTextStream: line rules") {
    CHECK(linesOf({"a\nb\n"}) == Lines{"a", "b"});
    CHECK(linesOf({"a\r\nb\r\n"}) == Lines{"a", "b"});
    CHECK(linesOf({"a\rb\n"}) == Lines{"a\rb"});          // a lone CR is data
    CHECK(linesOf({"a\r\r\n"}) == Lines{"a\r"});          // one CR belongs to the end
    CHECK(linesOf({"\n\n\r\n"}) == Lines{"", "", ""});    // empty lines are records
    CHECK(linesOf({"a\0b\n\0\n"s}) == Lines{"a\0b"s, "\0"s});
    CHECK(linesOf({"\xFF\xC3\n\x80"}) == Lines{"\xFF\xC3", "\x80"});
    CHECK(linesOf({"last"}) == Lines{"last"});
    CHECK(linesOf({"last\r"}) == Lines{"last\r"});        // no line end
    CHECK(linesOf({"x\n", "last"}) == Lines{"x", "last"});
    CHECK(linesOf({}).empty());
    CHECK(linesOf({"\n"}) == Lines{""});
    CHECK(linesOf({"\xEF\xBB\xBF" "a\n"}) == Lines{"\xEF\xBB\xBF" "a"});  // a byte-order mark is data
}

TEST_CASE("socketTextStream: no cut changes a line, neither inside CRLF nor inside UTF-8") {
    const std::string text = "a\xC3\xB1\r\n\r\n\xE2\x82\xAC\r\xF0\x9F\x98\x80\n\nend";
    Lines expected;
    for (const std::string_view line : support::naiveLines(text)) expected.emplace_back(line);
    const bool tickBetween = GENERATE(false, true);
    for (std::size_t first = 0; first <= text.size(); ++first)
        for (std::size_t second = first; second <= text.size(); ++second) {
            const Lines lines = linesOf({text.substr(0, first), text.substr(first, second - first), text.substr(second)},
                                        {}, tickBetween);
            if (lines != expected) {
                CAPTURE(first, second);
                CHECK(lines == expected);
            }
        }
}

TEST_CASE("socketTextStream: each batch holds the lines that were complete at its time") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("one\ntw");
    socket.tick();
    peer.send("o\nthree");
    socket.tick();
    socket.tick();
    peer.send("\n");
    socket.tick();
    CHECK(socket.batches == std::vector<Lines>{{"one"}, {"two"}, {}, {"three"}});
}

TEST_CASE("socketTextStream: stripBom takes a mark away at the start of each connection") {
    const std::string mark = "\xEF\xBB\xBF";
    const SocketOptions strip{.stripBom = true};
    const bool tickBetween = GENERATE(false, true);
    const std::string text = mark + "a\nb";
    for (std::size_t first = 0; first <= text.size(); ++first)
        for (std::size_t second = first; second <= text.size(); ++second) {
            CAPTURE(first, second);
            REQUIRE(linesOf({text.substr(0, first), text.substr(first, second - first), text.substr(second)}, strip, tickBetween)
                    == Lines{"a", "b"});
        }
    for (const std::string& near : {"\xEF"s, "\xEF\xBB"s, "\xEF\xBBx"s, "\xEFx"s, "\xBB\xBF"s, "x" + mark})
        CHECK(linesOf({near}, strip, tickBetween) == Lines{near});
    CHECK(linesOf({mark}, strip, tickBetween).empty());
    CHECK(linesOf({mark + "\n"}, strip, tickBetween) == Lines{""});
    CHECK(linesOf({mark + mark + "\n"}, strip, tickBetween) == Lines{mark});

    Socket socket(strip);
    socket.accept().reset();  // before a byte came
    socket.tick();
    testing::Peer peer = socket.accept();
    peer.send(mark + "second\n" + mark + "not at the start\n");
    socket.tick();
    CHECK(socket.all == Lines{"second", mark + "not at the start"});
}

// --- ends and mishaps ---

TEST_CASE("socketTextStream: closed in order, it reconnects and the next message arrives") {
    Socket socket;
    for (const std::string message : {"one", "two", "three"}) {
        testing::Peer peer = socket.accept();
        peer.send(message);
        peer.close();
        socket.tick();
        CHECK(peer.closedByLibrary());
    }
    socket.tick();
    CHECK(socket.all == Lines{"one", "two", "three"});
    CHECK(socket.receiver().connections == 3);
    CHECK(socket.receiver().bytes == 11);
    CHECK(socket.told.all<DataDropped>().empty());
}

TEST_CASE("socketTextStream: broken, complete lines are kept, the cut one is dropped with an event") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("whole\ncut in the mid");
    socket.world.runUntilQuiet();
    peer.reset("connection reset by peer");
    socket.tick();
    CHECK(socket.all == Lines{"whole"});
    const auto dropped = socket.told.all<DataDropped>();
    REQUIRE(dropped.size() == 1);
    CHECK(dropped[0].bytes == 14);
    CHECK(dropped[0].source == "socket text 0");
    CHECK(contains(dropped[0].reason, "broke in the middle of a record"));
    CHECK(contains(dropped[0].reason, "server:9: connection reset by peer"));
}

TEST_CASE("socketTextStream: broken at a line end, nothing is dropped") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("whole\n");
    socket.world.runUntilQuiet();
    peer.reset();
    socket.tick();
    CHECK(socket.all == Lines{"whole"});
    CHECK(socket.told.all<DataDropped>().empty());
}

TEST_CASE("socketTextStream: broken in a cut line whose lines went to an earlier batch") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("whole\ncut");
    socket.tick();
    peer.reset();
    socket.tick();
    REQUIRE(socket.told.all<DataDropped>().size() == 1);
    CHECK(socket.told.all<DataDropped>()[0].bytes == 3);
}

TEST_CASE("socketTextStream: the way of a receiver, told step by step") {
    Socket socket;
    CHECK(socket.receiverTexts() == std::vector{"receiver socket text 0: connecting"s});
    testing::Peer peer = socket.accept();
    peer.send("x\n");
    socket.tick();
    peer.close();
    socket.tick();
    socket.accept();
    socket.stream.stop(true, true);
    CHECK(socket.receiverTexts()
          == std::vector{"receiver socket text 0: connecting"s, "receiver socket text 0: up"s,
                         "receiver socket text 0: backing off, server:9: the sender closed the connection"s,
                         "receiver socket text 0: connecting"s, "receiver socket text 0: up"s,
                         "receiver socket text 0: stopped, server:9: the sender closed the connection"s});
}

TEST_CASE("socketTextStream: a peer that sends nothing is up, and its batches are empty") {
    Socket socket;
    testing::Peer peer = socket.accept();
    for (int i = 0; i < 3; ++i) socket.tick();
    CHECK(socket.receiver().state == ReceiverState::Up);
    CHECK(socket.batches == std::vector<Lines>{{}, {}, {}});
    CHECK(socket.receiver().bytes == 0);
    peer.send("at last\n");
    socket.tick();
    CHECK(socket.all == Lines{"at last"});
}

TEST_CASE("socketTextStream: one who does not answer delays nobody") {
    Socket socket;
    for (int i = 0; i < 3; ++i) socket.tick();
    CHECK(socket.receiver().state == ReceiverState::Connecting);
    CHECK(socket.batches.size() == 3);
    testing::Peer peer = socket.accept();
    peer.send("late\n");
    socket.tick();
    CHECK(socket.all == Lines{"late"});
}

TEST_CASE("socketTextStream: refused at first, it tries again and comes up") {
    Socket socket({}, quiet(), false);
    CHECK(socket.receiver().state == ReceiverState::BackingOff);
    CHECK(socket.receiver().retries == 1);
    CHECK(socket.receiver().lastError == "server:9: connection refused");
    CHECK(socket.receiver().lastErrorTime == support::Stage::beginning);
    socket.tick();
    CHECK(socket.receiver().retries > 1);
    socket.world.listen("server", 9);
    for (int i = 0; i < 3 && socket.world.connecting("server", 9) == 0; ++i) socket.tick();
    testing::Peer peer = socket.accept();
    peer.send("hello\n");
    socket.tick();
    CHECK(socket.all == Lines{"hello"});
    CHECK(socket.receiver().state == ReceiverState::Up);
    CHECK(socket.receiver().retries == 0);
    CHECK(socket.receiver().connections == 1);
}

TEST_CASE("socketTextStream: waits double from the first to the last, a quarter either way") {
    std::vector<Nanos> attempts;
    testing::World world(support::Stage::beginning, GENERATE(1U, 2U, 3U, 4U, 5U));
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 1h);
    stream.addStreamingListener([&](const Event& event) {
        if (const auto* changed = event.as<ReceiverChanged>(); changed != nullptr && changed->info.state == ReceiverState::BackingOff)
            attempts.push_back(world.now(Clock::Steady));
    });
    stream.socketTextStream("nobody", 1, {.firstRetry = 100ms, .lastRetry = 2s}) | foreachRDD([](const auto&) {});
    stream.start();
    world.advance(60s);
    REQUIRE(attempts.size() > 20);
    bool jittered = false;
    Nanos wait = 100'000'000;
    for (std::size_t i = 0; i + 1 < attempts.size(); ++i) {
        const Nanos waited = attempts[i + 1] - attempts[i];
        CHECK(waited >= wait - wait / 4);
        CHECK(waited <= wait + wait / 4);
        jittered = jittered || waited != wait;
        wait = std::min<Nanos>(wait * 2, 2'000'000'000);
    }
    CHECK(jittered);
}

TEST_CASE("socketTextStream: a wait that is as long as can be said ends never, and does not overflow") {
    constexpr std::chrono::nanoseconds longest = std::chrono::nanoseconds::max();
    const auto retriesIn = [](std::uint64_t seed, SocketOptions options, std::chrono::nanoseconds duration) {
        testing::World world(1, seed);
        Context context("local", "c", quiet(), world);
        StreamingContext stream(context, 24h * 3650);
        stream.socketTextStream("nobody", 1, options) | foreachRDD([](const auto&) {});
        world.advance(1s);  // a clock at 0 could take one wait more
        stream.start();
        world.runUntilQuiet();
        world.poll(duration);  // at one go: who advances stops wherever the batch clock looks
        world.runUntilQuiet();
        CHECK(stream.receivers().at(0).state == ReceiverState::BackingOff);
        return stream.receivers().at(0).retries;
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CHECK(retriesIn(seed, {.firstRetry = longest, .lastRetry = longest}, 24h) == 1);
        // The first wait ends at five eighths of all time at the latest, the second, of twice the length, begins later than three eighths.
        CHECK(retriesIn(seed, {.firstRetry = longest / 2 + 1ns, .lastRetry = longest}, longest / 10 * 7) == 2);
    }
}

TEST_CASE("socketTextStream: after a connection that gave something the waits begin anew") {
    Socket socket({.firstRetry = 100ms, .lastRetry = 10s}, quiet(), false);
    socket.world.advance(5s);
    CHECK(socket.receiver().retries >= 5);
    socket.world.listen("server", 9);
    socket.world.advance(10s);
    testing::Peer peer = socket.accept();
    peer.send("x\n");
    socket.world.runUntilQuiet();
    CHECK(socket.receiver().retries == 0);
    peer.reset();
    socket.world.runUntilQuiet();
    socket.world.advance(125ms);
    CHECK(socket.world.connecting("server", 9) == 1);
}

TEST_CASE("socketTextStream: failAfter so many refused connects awaitTermination throws") {
    Socket socket({.failAfter = 3}, quiet(), false);
    const std::string text = messageOf<std::runtime_error>([&] { socket.stream.awaitTermination(); });
    CHECK(text == "dstream: receiver socket text 0 failed: server:9: connection refused");
    CHECK(socket.receiver().state == ReceiverState::Failed);
    CHECK(socket.receiver().retries == 3);
    CHECK(socket.stream.getState() == StreamingContextState::Active);
    socket.world.runUntilQuiet();
    const std::size_t told = socket.told.all<ReceiverChanged>().size();
    socket.world.advance(60s);
    CHECK(socket.told.all<ReceiverChanged>().size() == told);  // it does not try again
    CHECK(socket.batches.size() >= 60);                        // and the stream goes on
    const StopReport report = socket.stream.stop(true, true);
    CHECK(report.graceful);
    CHECK(socket.receiver().state == ReceiverState::Failed);
    CHECK(messageOf<std::runtime_error>([&] { socket.stream.awaitTermination(); }) == text);
}

TEST_CASE("socketTextStream: one refused connect is enough if so asked") {
    Socket socket({.failAfter = 1}, quiet(), false);
    CHECK_THROWS_AS(socket.stream.awaitTermination(), std::runtime_error);
    CHECK(socket.receiver().retries == 1);
}

TEST_CASE("socketTextStream: EndOfStream::Finish ends the stream with the last line in its last batch") {
    Socket socket({.onEnd = EndOfStream::Finish});
    testing::Peer peer = socket.accept();
    peer.send("a\nlast");
    peer.close();
    socket.stream.awaitTermination();
    CHECK(socket.all == Lines{"a", "last"});
    CHECK(socket.stream.getState() == StreamingContextState::Stopped);
    CHECK(socket.receiver().state == ReceiverState::Finished);
    CHECK(socket.receiver().lastError.empty());
    CHECK(socket.world.actors() == 0);
}

TEST_CASE("socketTextStream: EndOfStream::Finish waits while batches are capped") {
    Socket socket({.onEnd = EndOfStream::Finish},
                  {.blockBytes = 256, .maxRecordBytes = 256, .maxBatchBytes = 1, .stopOnSignals = false, .defaultListener = false});
    testing::Peer peer = socket.accept();
    std::string text;
    for (int i = 0; i < 200; ++i) text += "line " + std::to_string(i) + "\n";
    peer.send(text);
    peer.close();
    socket.stream.awaitTermination();
    CHECK(socket.all.size() == 200);
    CHECK(socket.batches.size() >= text.size() / 256);
}

TEST_CASE("socketTextStream: EndOfStream::Fail delivers what came, and awaitTermination throws") {
    Socket socket({.onEnd = EndOfStream::Fail});
    testing::Peer peer = socket.accept();
    peer.send("a\nlast");
    peer.close();
    CHECK(contains(messageOf<std::runtime_error>([&] { socket.stream.awaitTermination(); }),
                   "receiver socket text 0 failed: server:9: the sender closed the connection"));
    CHECK(socket.receiver().state == ReceiverState::Failed);
    socket.tick();
    CHECK(socket.all == Lines{"a", "last"});
}

TEST_CASE("socketTextStream: a reset is no end") {
    Socket socket({.onEnd = EndOfStream::Finish});
    testing::Peer peer = socket.accept();
    peer.send("a\n");
    socket.world.runUntilQuiet();
    peer.reset();
    socket.tick();
    CHECK(socket.stream.getState() == StreamingContextState::Active);
    CHECK(socket.receiver().connections == 1);
    peer = socket.accept();
    peer.send("b\n");
    peer.close();
    socket.stream.awaitTermination();
    CHECK(socket.all == Lines{"a", "b"});
}

TEST_CASE("socketTextStream: stop comes before a reconnect that is due") {
    Socket socket({}, quiet(), false);
    CHECK(socket.receiver().state == ReceiverState::BackingOff);
    socket.world.listen("server", 9);
    const bool graceful = GENERATE(false, true);
    socket.stream.stop(true, graceful);
    CHECK(socket.world.connecting("server", 9) == 0);
    CHECK(socket.receiver().state == ReceiverState::Stopped);
    CHECK(socket.world.actors() == 0);
}

TEST_CASE("socketTextStream: stop while it connects") {
    Socket socket;
    CHECK(socket.receiver().state == ReceiverState::Connecting);
    const StopReport report = socket.stream.stop(true, GENERATE(false, true));
    CHECK(report.droppedBytes == 0);
    CHECK(socket.receiver().state == ReceiverState::Stopped);
    CHECK(socket.world.accept("server", 9).closedByLibrary());
}

// --- what is refused; snapshots ---

TEST_CASE("socketTextStream: what makes no sense is refused at once") {
    testing::World world;
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 1s);
    const auto refusal = [&](std::string host, std::uint16_t port, SocketOptions options) {
        return messageOf<std::invalid_argument>([&] { static_cast<void>(stream.socketTextStream(std::move(host), port, options)); });
    };
    CHECK(refusal("", 1, {}) == "dstream: socketTextStream needs a host");
    CHECK(refusal("h", 0, {}) == "dstream: socketTextStream needs a port, from 1 to 65535: 0 is none");
    for (const SocketOptions& wrong : {SocketOptions{.firstRetry = -1ns}, SocketOptions{.firstRetry = 0ns}, SocketOptions{.firstRetry = 3s, .lastRetry = 2s}})
        CHECK(refusal("h", 1, wrong) == "dstream: socketTextStream: firstRetry must be longer than zero and not longer than lastRetry");
    CHECK(stream.receivers().empty());  // nothing of them stayed
}

TEST_CASE("socketTextStream: receivers() lists them in the order of creation, queues left out") {
    testing::World world;
    world.listen("a", 1);
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 1s);
    BatchQueue<int> queue;
    stream.socketTextStream("a", 1).named("first") | foreachRDD([](const auto&) {});
    stream.queueStream(queue) | foreachRDD([](const auto&) {});
    stream.socketTextStream("b", 2) | foreachRDD([](const auto&) {});
    stream.start();
    world.runUntilQuiet();
    testing::Peer peer = world.accept("a", 1);
    peer.send("12345");
    world.advance(1s);
    const std::vector<ReceiverInfo> infos = stream.receivers();
    REQUIRE(infos.size() == 2);
    CHECK(infos[0].id == 0);
    CHECK(infos[0].name == "first");
    CHECK(infos[0].state == ReceiverState::Up);
    CHECK(infos[0].bytes == 5);
    CHECK(infos[0].connections == 1);
    CHECK(infos[1].id == 2);
    CHECK(infos[1].name == "socket text 2");
    CHECK(infos[1].state == ReceiverState::BackingOff);
}

TEST_CASE("socketTextStream: a receiver that no output uses does not start") {
    testing::World world;
    world.listen("used", 1);
    world.listen("unused", 2);
    Context context("local", "c", quiet(), world);
    StreamingContext stream(context, 1s);
    static_cast<void>(stream.socketTextStream("unused", 2));
    stream.socketTextStream("used", 1) | foreachRDD([](const auto&) {});
    stream.start();
    world.advance(5s);
    CHECK(world.connecting("used", 1) == 1);
    CHECK(world.connecting("unused", 2) == 0);
    REQUIRE(stream.receivers().size() == 2);
    CHECK(stream.receivers()[0].state == ReceiverState::Stopped);
    stream.stop(true, true);
    CHECK(stream.receivers()[0].state == ReceiverState::Stopped);
}

// --- memory ---

Configuration small(std::size_t maxBatchBytes = 0) {
    return {.blockMemory = 1024, .blockBytes = 256, .maxRecordBytes = 256, .maxBatchBytes = maxBatchBytes,
            .stopOnSignals = false, .defaultListener = false};
}

TEST_CASE("socketTextStream: at the memory bound the rest stays with the sender, and nothing is lost") {
    Socket socket({}, small());
    testing::Peer peer = socket.accept();
    std::string text;
    Lines expected;
    for (int i = 0; i < 2000; ++i) {
        expected.push_back("line number " + std::to_string(i));
        text += expected.back() + "\n";
    }
    peer.send(text);
    socket.world.runUntilQuiet();
    CHECK(peer.unread() >= text.size() - 1024);
    CHECK(socket.receiver().bytes <= 1024);
    std::size_t ticks = 0;
    while (socket.all.size() < expected.size() && ++ticks < 1000) {
        socket.tick();
        const auto submitted = socket.told.all<BatchSubmitted>();
        REQUIRE_FALSE(submitted.empty());
        CHECK(submitted.back().info.inputs[0].to - submitted.back().info.inputs[0].from <= 1024);
    }
    CHECK(socket.all == expected);
    CHECK(peer.unread() == 0);
    CHECK(socket.told.all<DataDropped>().empty());
}

TEST_CASE("socketTextStream: the bytes of batches are a sequence without gaps") {
    Socket socket({}, small());
    testing::Peer peer = socket.accept();
    support::Random random(7);
    std::string text;
    for (int i = 0; i < 300; ++i) text += random.text(random.below(60), "abc") + "\n";
    for (std::size_t at = 0; at < text.size(); at += 97) peer.send(text.substr(at, 97));
    peer.close();
    for (int i = 0; i < 100; ++i) socket.tick();
    std::uint64_t at = 0;
    for (const auto& submitted : socket.told.all<BatchSubmitted>()) {
        CHECK(submitted.info.inputs.at(0).from == at);
        at = submitted.info.inputs[0].to;
        CHECK((submitted.info.inputs[0].blocks == 0) == (submitted.info.inputs[0].from == at));
    }
    CHECK(at == text.size());
}

TEST_CASE("socketTextStream: maxBatchBytes caps a batch, but at least a block goes") {
    const std::size_t cap = GENERATE(1U, 256U, 600U);
    Configuration configuration = small(cap);
    configuration.blockMemory = 1 << 20;
    Socket socket({}, configuration);
    testing::Peer peer = socket.accept();
    std::string text;
    for (int i = 0; i < 400; ++i) text += "0123456789\n";
    peer.send(text);
    for (int i = 0; i < 40; ++i) socket.tick();
    CHECK(socket.all.size() == 400);
    bool several = false;
    for (const auto& submitted : socket.told.all<BatchSubmitted>()) {
        const InputInfo& input = submitted.info.inputs.at(0);
        CHECK((input.blocks <= 1 || input.to - input.from <= cap));
        several = several || input.blocks > 1;
    }
    CHECK(several == (cap == 600));
}

TEST_CASE("socketTextStream: each block is a partition") {
    Configuration configuration = small();
    configuration.blockMemory = 1 << 20;
    Socket socket({}, configuration);
    testing::Peer peer = socket.accept();
    std::string text;
    for (int i = 0; i < 100; ++i) text += "0123456789\n";
    peer.send(text);
    socket.tick();
    REQUIRE(socket.batchSizes.size() == 1);
    CHECK(socket.batchSizes[0] >= text.size() / 256);
    CHECK(socket.all.size() == 100);
}

TEST_CASE("socketTextStream: a line over the limit is dropped with an event, nothing else is lost") {
    Socket socket({}, small());
    testing::Peer peer = socket.accept();
    const std::string fits(255, 'f');
    peer.send("before\n" + fits + "\n" + std::string(5000, 'x') + "\nbetween\n" + std::string(256, 'y') + "\nafter\n");
    for (int i = 0; i < 5; ++i) socket.tick();
    CHECK(socket.all == Lines{"before", fits, "between", "after"});
    std::uint64_t bytes = 0;
    for (const auto& dropped : socket.told.all<DataDropped>()) {
        CHECK(contains(dropped.reason, "a line over the limit of maxRecordBytes = 256 bytes"));
        bytes += dropped.bytes;
    }
    CHECK(bytes == 5001 + 257);
}

TEST_CASE("socketTextStream: a line that grows over many blocks") {
    Socket socket({}, {.blockMemory = 1 << 18, .blockBytes = 256, .maxRecordBytes = 1 << 16, .stopOnSignals = false, .defaultListener = false});
    testing::Peer peer = socket.accept();
    const std::string line((1 << 16) - 1, 'l');
    for (int i = 0; i < 5; ++i) peer.send(line + "\n" + "short\n");
    for (int i = 0; i < 20; ++i) socket.tick();
    REQUIRE(socket.all.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) CHECK(socket.all[i].size() == (i % 2 == 0 ? line.size() : 5));
    CHECK(socket.told.all<DataDropped>().empty());
}

TEST_CASE("socketTextStream: few bytes wait in the kernel until their batch is formed, and are in it") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("few\n");
    socket.world.runUntilQuiet();
    CHECK(peer.unread() == 4);
    socket.tick();
    CHECK(socket.batches.back() == Lines{"few"});
    peer.send("more\n");
    peer.close();
    socket.tick();
    CHECK(socket.batches.back() == Lines{"more"});
}

// --- stopping ---

TEST_CASE("socketTextStream: a graceful stop processes all that was received") {
    Socket socket({}, small(1));
    testing::Peer peer = socket.accept();
    std::string text;
    for (int i = 0; i < 60; ++i) text += "line " + std::to_string(100 + i) + "\n";
    peer.send(text);
    socket.world.runUntilQuiet();
    const StopReport report = socket.stream.stop(true, true);
    CHECK(peer.unread() == 0);
    CHECK(report.graceful);
    CHECK(report.droppedBytes == 0);
    CHECK(report.droppedBatches == 0);
    CHECK(socket.all.size() == 60);
    CHECK(peer.closedByLibrary());
    CHECK(socket.receiver().state == ReceiverState::Stopped);
}

TEST_CASE("socketTextStream: a graceful stop drops the line that has no end yet, with an event") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("whole\nhalf");
    socket.world.runUntilQuiet();
    socket.stream.stop(true, true);
    CHECK(socket.all == Lines{"whole"});
    const auto dropped = socket.told.all<DataDropped>();
    REQUIRE(dropped.size() == 1);
    CHECK(dropped[0].bytes == 4);
    CHECK(contains(dropped[0].reason, "the stream was stopped in the middle of a record"));
}

TEST_CASE("socketTextStream: when a graceful stop runs out of time it says what it left") {
    Configuration configuration = small(1);
    configuration.gracefulStopTimeout = 1500ms;  // time for two batches of a block each
    Socket socket({}, configuration);
    testing::Peer peer = socket.accept();
    std::string text;
    for (int i = 0; i < 90; ++i) text += "012345678\n";
    peer.send(text);
    socket.world.runUntilQuiet();
    const StopReport report = socket.stream.stop(true, true);
    CHECK_FALSE(report.graceful);
    CHECK(report.droppedBytes > 0);
    CHECK(report.droppedBytes + socket.all.size() * 10 == socket.receiver().bytes);
    CHECK(socket.told.warnings("graceful stop: the time ran out") == 1);
    const auto stopped = socket.told.all<StreamingStopped>();
    REQUIRE(stopped.size() == 1);
    CHECK(contains(describe(stopped[0]), "not processed: 0 batches, " + std::to_string(report.droppedBytes) + " bytes"));
}

TEST_CASE("socketTextStream: a stop at once reports what was received and is in no batch") {
    Socket socket;
    testing::Peer peer = socket.accept();
    peer.send("done\n");
    socket.tick();
    peer.send("received\nand half");
    socket.world.runUntilQuiet();
    const StopReport report = socket.stream.stop();
    CHECK_FALSE(report.graceful);
    CHECK(report.droppedBytes == 17);
    CHECK(socket.all == Lines{"done"});
    CHECK(peer.closedByLibrary());
    CHECK(socket.world.actors() == 0);
}

// --- chaos ---

TEST_CASE("socketTextStream: any sequence of sends, closes, resets and ticks accounts for every byte") {
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        CAPTURE(seed);
        support::Random random(seed);
        Socket socket({.firstRetry = 1ms, .lastRetry = 10ms}, small(random.below(2) * 300));
        std::uint64_t lineEnds = 0;
        for (int step = 0; step < 60; ++step) {
            if (socket.world.connecting("server", 9) == 0) {
                socket.world.advance(20ms);
                continue;
            }
            testing::Peer peer = socket.accept();
            for (std::size_t i = 0, sends = random.below(6); i < sends; ++i) {
                std::string text = random.text(random.below(random.below(10) == 0 ? 700 : 50), "ab\n\r");
                peer.send(text);
                if (random.below(2) == 0) socket.world.runUntilQuiet();
                if (random.below(4) == 0) socket.tick();
            }
            random.below(2) == 0 ? peer.close() : peer.reset();
            socket.world.runUntilQuiet();
        }
        for (int i = 0; i < 60; ++i) socket.tick();
        const StopReport report = socket.stream.stop(true, true);
        CHECK(report.graceful);
        std::uint64_t planned = 0;
        for (const auto& submitted : socket.told.all<BatchSubmitted>()) planned = submitted.info.inputs.at(0).to;
        std::uint64_t dropped = 0;
        for (const auto& event : socket.told.all<DataDropped>()) dropped += event.bytes;
        CHECK(planned + dropped == socket.receiver().bytes);
        for (const std::string& line : socket.all) lineEnds += line.size() + 1;
        CHECK(lineEnds >= planned - socket.all.size());  // CRs of line ends and missing last ends apart
        CHECK(socket.world.actors() == 0);
    }
}

}  // namespace
