// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/resumableSocketTextStream.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/resumable_sender.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using support::messageOf;
using support::quiet;
using support::ResumableSender;
using Lines = std::vector<std::string>;

struct How {
  SocketOptions socket = {};
  std::optional<CheckpointOptions> checkpoint = {};
  Configuration configuration = quiet();
  bool failing = false;
};

/// One run of a program that notes the lines of a sender.
struct Run {
  explicit Run(testing::World& world, How given = {}) : how(std::move(given)), context("local[2]", "job", how.configuration, world), stream(context, 1s) {
    stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
    if (how.checkpoint) stream.checkpoint("/checkpoint", *how.checkpoint);
    stream.resumableSocketTextStream("sender", 9, how.socket).named("lines") | foreachRDD([this](const auto& batch) {
      batches.push_back(batch.collect());
      if (how.failing) throw std::runtime_error("no");
      for (const std::string& line : batches.back()) lines.push_back(line);
    });
    stream.start();
    world.runUntilQuiet();
  }
  [[nodiscard]] ReceiverInfo receiver() const { return stream.receivers().at(0); }

  How how;
  Lines lines;
  std::vector<Lines> batches;
  support::Told told;
  Context context;
  StreamingContext stream;
};

TEST_CASE("resumableSocketTextStream: a connection that breaks within a line is gone on with at the line's begin, and nothing counts as dropped") {
  testing::World world;
  ResumableSender sender(world, "one\ntwo\r\nthree\n");
  Run run(world);
  REQUIRE(sender.accept());
  sender.send(6);
  sender.reset();
  world.advance(1s);
  REQUIRE(sender.accept());
  sender.send(8);
  sender.close();  // in order, and no line ends with it
  world.advance(1s);
  REQUIRE(sender.accept());
  sender.send(100);
  world.advance(1s);
  CHECK(run.lines == Lines{"one", "two", "three"});
  CHECK(sender.asked == std::vector<std::uint64_t>{0, 4, 9});
  CHECK(run.told.all<DataDropped>().empty());
}

TEST_CASE("resumableSocketTextStream: where the text ends with its connection, a last line without an end counts") {
  testing::World world;
  ResumableSender sender(world, "one\ntw");
  Run run(world, {.socket = {.onEnd = EndOfStream::Finish}});
  REQUIRE(sender.accept());
  sender.send(6);
  sender.close();
  run.stream.awaitTermination();
  CHECK(run.lines == Lines{"one", "tw"});
}

TEST_CASE("resumableSocketTextStream: the sender is told what is worked off; with a checkpoint, what is durable") {
  testing::World world;
  ResumableSender sender(world, "one\ntwo\nthree\nfour");
  const std::size_t unit = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{2});
  Run run(world, {.checkpoint = unit == 0 ? std::nullopt : std::optional(CheckpointOptions{.commitEvery = unit})});
  REQUIRE(sender.accept());
  sender.send(5);
  world.advance(1s);
  CHECK(sender.settled() == (unit == 2 ? std::vector<std::uint64_t>{} : std::vector<std::uint64_t>{4}));
  sender.send(4);
  world.advance(1s);
  CHECK(sender.settled() == std::vector<std::uint64_t>{8});
  world.advance(1s);
  CHECK(sender.settled().empty());  // the same again is not said
}

TEST_CASE("resumableSocketTextStream: a server that does not answer as it must is a connect that failed") {
  testing::World world;
  world.listen("sender", 9);
  Run run(world, {.socket = {.failAfter = 3}});
  const auto answer = [&](const std::string& text) {
    auto peer = world.accept("sender", 9);
    world.runUntilQuiet();
    CHECK(peer.received() == "0\n");
    if (text.empty()) {
      peer.close();
    } else {
      peer.send(text);
    }
    world.advance(0s);
  };
  answer("a line of a server that is none of these\n");
  CHECK(run.receiver().state == ReceiverState::BackingOff);
  CHECK(run.receiver().lastError == "sender:9: the sender did not answer that it goes on at byte 0: it cannot, or has that byte no more");
  world.advance(3s);
  answer("");
  CHECK(run.receiver().lastError == "sender:9: the sender closed the connection before it said where it begins");
  world.advance(3s);
  answer("12\n");
  CHECK(run.receiver().state == ReceiverState::Failed);
  CHECK(run.lines.empty());
}

TEST_CASE("resumableSocketTextStream: a sender that accepts and says nothing is a connect that failed after connectTimeout") {
  testing::World world;
  world.listen("sender", 9);
  Run run(world, {.socket = {.failAfter = 2}});
  for (int attempt = 1; attempt <= 2; ++attempt) {
    world.advance(8s);  // it is counted from the moment that the connection is made
    auto peer = world.accept("sender", 9);
    if (attempt == 2) peer.send("0");  // half an answer is none
    world.advance(9'999ms);
    CHECK(!peer.closedByLibrary());
    CHECK(run.receiver().state == ReceiverState::Connecting);
    world.advance(1ms);
    CHECK(peer.closedByLibrary());
    CHECK(run.receiver().retries == static_cast<std::uint64_t>(attempt));
    CHECK(run.receiver().lastError == "sender:9: the sender did not say within 10000 ms where it begins");
    if (attempt == 1) world.advance(150ms);
  }
  CHECK(run.receiver().state == ReceiverState::Failed);
  CHECK_THROWS_AS(run.stream.awaitTermination(), std::runtime_error);
}

TEST_CASE("resumableSocketTextStream: a sender that answers in time is not left, neither without a limit nor for silence before its answer") {
  const auto limits = GENERATE(SocketOptions{}, SocketOptions{.connectTimeout = 0s}, SocketOptions{.idleTimeout = 10s}, SocketOptions{.connectTimeout = 0s, .idleTimeout = 10s});
  testing::World world;
  world.listen("sender", 9);
  Run run(world, {.socket = limits});
  auto peer = world.accept("sender", 9);
  world.advance(limits.connectTimeout == 0s && limits.idleTimeout == 0s ? 1h : std::chrono::nanoseconds(9s));
  peer.send("0\n");
  world.advance(9s);
  CHECK(!peer.closedByLibrary());
  CHECK(run.receiver().state == ReceiverState::Up);
  CHECK(run.receiver().retries == 0);
}

TEST_CASE("resumableSocketTextStream: silence for longer than idleTimeout is one before the answer too") {
  testing::World world;
  world.listen("sender", 9);
  Run run(world, {.socket = {.idleTimeout = 2s}});
  const auto peer = world.accept("sender", 9);
  world.advance(2s);
  CHECK(peer.closedByLibrary());
  CHECK(run.receiver().lastError == "sender:9: nothing came for 2000 ms");
  CHECK(run.receiver().retries == 1);
}

TEST_CASE("resumableSocketTextStream: the answer may come in any pieces, and the first bytes with it") {
  testing::World world;
  world.listen("sender", 9);
  Run run(world);
  auto peer = world.accept("sender", 9);
  world.runUntilQuiet();
  const auto pieces = GENERATE(Lines{"0\nline\n"}, Lines{"0", "\n", "l", "ine\n"}, Lines{"0", "\nline\n"});
  for (const std::string& piece : pieces) {
    peer.send(piece);
    world.runUntilQuiet();
  }
  world.advance(1s);
  CHECK(run.lines == Lines{"line"});
}

TEST_CASE("resumableSocketTextStream: a byte-order mark is one at the text's begin only") {
  testing::World world;
  ResumableSender sender(world, "\xEF\xBB\xBFone\n\xEF\xBB\xBFtwo\n");
  Run run(world, {.socket = {.stripBom = true}});
  REQUIRE(sender.accept());
  sender.send(7);
  world.advance(1s);
  sender.reset();
  world.advance(1s);
  REQUIRE(sender.accept());
  sender.send(100);
  world.advance(1s);
  CHECK(run.lines == Lines{"one", "\xEF\xBB\xBFtwo"});
  CHECK(sender.asked == std::vector<std::uint64_t>{0, 7});
}

TEST_CASE("resumableSocketTextStream: a new run goes on behind the last batch that was committed") {
  testing::World world;
  ResumableSender sender(world, "one\ntwo\nthree\n");
  {
    Run run(world, {.checkpoint = CheckpointOptions{}});
    REQUIRE(sender.accept());
    sender.send(4);
    world.advance(1s);
    sender.send(6);  // received, in no batch
    CHECK(run.stream.stop(false, false).droppedBytes == 0);  // the sender has it
  }
  Run run(world, {.checkpoint = CheckpointOptions{}});
  world.advance(3s);  // batches without a connection forget nothing
  REQUIRE(sender.accept());
  CHECK(sender.settled() == std::vector<std::uint64_t>{4});
  sender.send(100);
  world.advance(1s);
  CHECK(run.lines == Lines{"two", "three"});
  CHECK(sender.asked == std::vector<std::uint64_t>{0, 4});
}

/// A program whose first batch, `text` as sent so far, was planned and never committed.
void dieInBatch(testing::World& world, ResumableSender& sender, std::size_t bytes, SocketOptions socket = {}) {
  Run run(world, {.socket = socket, .checkpoint = CheckpointOptions{.repeats = 0}, .failing = true});
  REQUIRE(sender.accept());
  sender.send(bytes);
  if (socket.onEnd == EndOfStream::Finish) sender.close();
  world.advance(1s);
  REQUIRE(run.batches.size() == 1);
  CHECK(messageOf<std::runtime_error>([&] { run.stream.awaitTermination(); }) == "no");
}

TEST_CASE("resumableSocketTextStream: a batch that was planned before a crash comes again as it was, whatever the sender sends now") {
  testing::World world;
  ResumableSender sender(world, "one\ntwo\nthree\nfour\n");
  dieInBatch(world, sender, 10);
  Run run(world, {.checkpoint = CheckpointOptions{}});
  REQUIRE(sender.accept());
  sender.send(3);
  world.advance(5s);  // it waits for its data
  CHECK(run.batches.empty());
  sender.send(100);
  world.advance(1s);
  REQUIRE(run.batches.size() >= 2);
  CHECK(run.batches[0] == Lines{"one", "two"});
  CHECK(run.batches[1] == Lines{"three", "four"});
}

TEST_CASE("resumableSocketTextStream: a planned batch whose last line had no end") {
  testing::World world;
  ResumableSender sender(world, "one\ntw");
  const SocketOptions finish{.onEnd = EndOfStream::Finish};
  dieInBatch(world, sender, 6, finish);
  Run run(world, {.socket = finish, .checkpoint = CheckpointOptions{}});
  REQUIRE(sender.accept());
  sender.send(6);
  world.advance(1s);
  CHECK(run.batches.empty());
  sender.close();
  world.advance(1s);
  REQUIRE(!run.batches.empty());
  CHECK(run.batches[0] == Lines{"one", "tw"});
}

TEST_CASE("resumableSocketTextStream: a sender that ends before the end of a planned batch is an error, and no waiting for ever") {
  testing::World world;
  const SocketOptions finish{.onEnd = EndOfStream::Finish};
  {
    ResumableSender sender(world, "one\ntwo\n");
    dieInBatch(world, sender, 8, finish);
  }
  ResumableSender sender(world, "one\n");
  Run run(world, {.socket = finish, .checkpoint = CheckpointOptions{}});
  REQUIRE(sender.accept());
  sender.send(100);
  sender.close();
  world.advance(1s);
  const std::string error = messageOf<std::runtime_error>([&] { run.stream.awaitTermination(); });
  CHECK(contains(error, "at byte 4, and a batch of an earlier run, which must come again, ended at byte 8"));
  CHECK(run.lines.empty());
}

TEST_CASE("resumableSocketTextStream: a planned batch that the sender has no more is an error that says so") {
  testing::World world;
  {
    ResumableSender sender(world, "one\ntwo\n");
    dieInBatch(world, sender, 8);
  }
  ResumableSender sender(world, "one\nthree\nfour\n");
  Run run(world, {.checkpoint = CheckpointOptions{}});
  REQUIRE(sender.accept());
  sender.send(100);
  world.advance(1s);
  const std::string error = messageOf<std::runtime_error>([&] { run.stream.awaitTermination(); });
  CHECK(contains(error, "a batch of an earlier run ended at byte 8, where no record ends now: the sender's data are not the same"));
  CHECK(run.lines.empty());
}

TEST_CASE("resumableSocketTextStream: a stop does not wait for a planned batch whose sender is gone") {
  testing::World world;
  {
    ResumableSender sender(world, "one\ntwo\n");
    dieInBatch(world, sender, 8);
  }
  Run run(world, {.checkpoint = CheckpointOptions{}});
  world.advance(2s);
  CHECK(run.stream.stop(false, true).graceful);
  CHECK(run.batches.empty());
  ResumableSender sender(world, "one\ntwo\n");
  Run next(world, {.checkpoint = CheckpointOptions{}});
  REQUIRE(sender.accept());
  sender.send(8);
  world.advance(1s);
  CHECK(next.batches.at(0) == Lines{"one", "two"});
}

// --- laws ---

TEST_CASE("resumableSocketTextStream: however connections break and runs end, each line comes once, in order") {
  constexpr std::uint64_t seed = 4711;
  for (std::uint64_t round = 0; round < 40; ++round) {
    support::Random random(seed + round);
    CAPTURE(round);
    std::string text;
    Lines expected;
    const std::size_t longest = 300;
    for (int i = 0; i < 200; ++i) {
      std::string line(random.below(8) == 0 ? longest + random.below(400) : random.below(40), static_cast<char>('a' + i % 26));
      text += line + '\n';
      if (line.size() < longest) expected.push_back(std::move(line));
    }
    testing::World world(support::Stage::beginning, seed + round);
    ResumableSender sender(world, text);
    Lines lines;
    // Small blocks and little memory, so that all limits are met.
    Configuration small = quiet();
    small.blockBytes = 256;
    small.maxRecordBytes = longest;
    small.blockMemory = 4 * longest;
    std::size_t known = 0;
    auto run = std::make_unique<Run>(world, How{.checkpoint = CheckpointOptions{.commitEvery = 1}, .configuration = small});
    const auto collect = [&] {
      for (; known < run->lines.size(); ++known) lines.push_back(run->lines[known]);
    };
    int idle = 0;
    for (int steps = 0; idle < 4; ++steps) {
      REQUIRE(steps < 10'000);
      if (!sender.connected() && !sender.accept()) {
        world.advance(1s);
        collect();
        continue;
      }
      switch (random.below(12)) {
        case 0: sender.reset(); break;
        case 1: sender.close(); break;
        case 2:
          collect();
          run = nullptr;
          known = 0;
          run = std::make_unique<Run>(world, How{.checkpoint = CheckpointOptions{.commitEvery = 1}, .configuration = small});
          break;
        case 3:
        case 4: world.advance(1s); break;
        default: sender.send(1 + random.below(500)); break;
      }
      collect();
      if (sender.done()) {
        ++idle;
        world.advance(2s);
        collect();
      }
    }
    if (lines != expected) {
      CHECK(lines.size() == expected.size());
      FAIL("the lines are others");
    }
  }
}

}  // namespace
