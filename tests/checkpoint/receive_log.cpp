// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/receive_log.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

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
using Lines = std::vector<std::string>;

constexpr std::uint64_t logBytes = std::uint64_t{64} << 10;

/// All batches that any run of a job has shown, the last attempt of each.
using Shown = std::map<std::uint64_t, Lines>;
Lines all(const Shown& shown) {
  Lines lines;
  for (const auto& [seq, batch] : shown) lines.insert(lines.end(), batch.begin(), batch.end());
  return lines;
}

Configuration small() {
  Configuration configuration = quiet();
  configuration.blockBytes = 256;
  configuration.maxRecordBytes = 300;
  configuration.blockMemory = 8 * 300;
  return configuration;
}

/// One run of a job that shows the lines it gets.
struct Run {
  Run(testing::World& world, Shown& shown, bool resumable, std::uint64_t log, const Configuration& configuration = small())
      : context("local[2]", "job", configuration, world), stream(context, 1s) {
    stream.addStreamingListener([this](const Event& event) { told.events.push_back(event); });
    stream.checkpoint("/checkpoint", {.repeats = 0, .snapshotEvery = 400});
    const auto show = [&](const auto& batch) {
      Lines lines = batch.collect();
      const std::uint64_t seq = batch.batch().seq;
      if (const auto before = shown.find(seq); before != shown.end() && before->second != lines) changed = true;
      shown[seq] = std::move(lines);
      if (failing) throw std::runtime_error("no");
    };
    const SocketOptions options{.logBytes = log};
    if (resumable) {
      stream.resumableSocketTextStream("sender", 9, options).named("in/1") | foreachRDD(show);
    } else {
      stream.socketTextStream("sender", 9, options).named("in/1") | foreachRDD(show);
    }
    stream.start();
    world.runUntilQuiet();
  }
  bool changed = false;
  bool failing = false;
  support::Told told;
  Context context;
  StreamingContext stream;
};

testing::Files& filesOf(testing::World& world) { return static_cast<testing::Files&>(world.files()); }
std::vector<std::string> segments(testing::World& world) {
  std::vector<std::string> found;
  for (const std::string& path : filesOf(world).paths())
    if (path.starts_with("/checkpoint/received/in%2F1/")) found.push_back(path);
  return found;
}

TEST_CASE("receive log: what was received and is in no batch outlives the program; a plain sender need not send it again") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  {
    Run run(world, shown, false, logBytes);
    auto peer = world.accept("sender", 9);
    peer.send("one\ntwo\nthr");
    world.advance(20ms);  // written, in no batch
    filesOf(world).stopNow(testing::StopPoint::How::PowerLoss);
  }
  filesOf(world).restart();
  CHECK(all(shown).empty());
  Run run(world, shown, false, logBytes);
  auto peer = world.accept("sender", 9);
  world.advance(1s);
  CHECK(all(shown) == Lines{"one", "two"});
  peer.send("four\n");
  world.advance(2s);
  CHECK(all(shown) == Lines{"one", "two", "four"});
}

TEST_CASE("receive log: what a recovery read from the page cache only is made durable before anything builds on it") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  {
    Run run(world, shown, false, logBytes);
    filesOf(world).onCall([&](const testing::FileCall& call) {
      if (call.operation == "sync" && call.path == "/checkpoint/received/in%2F1/1.log") filesOf(world).stopNow(testing::StopPoint::How::Kill);
    });
    auto peer = world.accept("sender", 9);
    peer.send("one\n");
    world.advance(20ms);
    REQUIRE(filesOf(world).stopped());
  }
  filesOf(world).onCall({});
  filesOf(world).restart();
  {
    Run run(world, shown, false, logBytes);
    auto peer = world.accept("sender", 9);
    peer.send("two\n");
    world.advance(20ms);  // into a segment that names the one before it
    filesOf(world).stopNow(testing::StopPoint::How::PowerLoss, GENERATE(range(std::uint64_t{1}, std::uint64_t{6})));
  }
  filesOf(world).restart();
  Run run(world, shown, false, logBytes);
  world.advance(2s);
  CHECK(all(shown) == Lines{"one", "two"});
}

TEST_CASE("receive log: no batch has what is not durable yet") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  Run run(world, shown, false, logBytes);
  auto peer = world.accept("sender", 9);
  peer.send("one\n");
  filesOf(world).failNext("create", "/checkpoint/received/in%2F1/1.log");
  filesOf(world).failNext("create", "/checkpoint/received/in%2F1/2.log");
  world.advance(250ms);
  CHECK(segments(world).empty());
  filesOf(world).failNext("sync", "/checkpoint/received/in%2F1/3.log");
  world.advance(300ms);
  CHECK(segments(world).empty());  // however often it fails, nothing piles up
  CHECK(all(shown).empty());
  CHECK(run.told.warnings("its log cannot be written, and nothing is received meanwhile") == 3);
  world.advance(20s);
  CHECK(all(shown) == Lines{"one"});
}

TEST_CASE("receive log: it stays below its size, however much comes, and makes the receiver wait") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  Configuration configuration = quiet();
  configuration.blockBytes = 4096;
  configuration.maxRecordBytes = 4096;
  Run run(world, shown, false, logBytes, configuration);
  auto peer = world.accept("sender", 9);
  std::size_t lines = 0;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 200; ++i, ++lines) peer.send(std::string(99, 'x') + '\n');
    world.advance(100ms);
    std::uint64_t bytes = 0;
    for (const std::string& name : segments(world)) bytes += filesOf(world).content(name).size();
    CHECK(bytes <= logBytes + 8192);
  }
  world.advance(20s);
  CHECK(all(shown).size() == lines);
  CHECK(segments(world).size() <= 2);  // what is settled is gone
}

TEST_CASE("receive log: a segment that cannot be removed still counts, keeps those behind it, and is removed later") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  Configuration configuration = quiet();
  configuration.blockBytes = 4096;
  configuration.maxRecordBytes = 4096;
  Run run(world, shown, false, logBytes, configuration);
  auto peer = world.accept("sender", 9);
  const std::string oldest = "/checkpoint/received/in%2F1/1.log";
  filesOf(world).failNext("remove", oldest);
  std::size_t lines = 0;
  for (int i = 0; i < 400; ++i, ++lines) peer.send(std::string(99, 'x') + '\n');
  world.advance(1s);  // more than two segments, all of which a batch has
  CHECK(run.told.warnings("a segment of its log that is needed no more cannot be removed") == 1);
  const auto left = segments(world);
  CHECK(left.size() >= 2);
  CHECK(left.front() == oldest);
  for (int i = 0; i < 800; ++i, ++lines) peer.send(std::string(99, 'x') + '\n');
  world.advance(500ms);
  std::uint64_t bytes = 0;
  for (const std::string& name : segments(world)) bytes += filesOf(world).content(name).size();
  CHECK(bytes <= logBytes + 8192);
  world.advance(10s);
  CHECK(segments(world).size() <= 2);
  CHECK(all(shown).size() == lines);
}

TEST_CASE("receive log: a planned batch comes again as it was, from the log") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  {
    Run run(world, shown, false, logBytes);
    run.failing = true;
    auto peer = world.accept("sender", 9);
    peer.send("one\ntwo\n");
    world.advance(100ms);
    peer.send("three\n");
    world.advance(1s);
    REQUIRE(shown[1] == Lines{"one", "two", "three"});
    filesOf(world).stopNow(testing::StopPoint::How::PowerLoss);
  }
  filesOf(world).restart();
  Run run(world, shown, false, logBytes);
  auto peer = world.accept("sender", 9);
  peer.send("four\n");
  world.advance(3s);
  CHECK(!run.changed);
  CHECK(all(shown) == Lines{"one", "two", "three", "four"});
}

TEST_CASE("receive log: a resumable sender may forget what is in it") {
  testing::World world;
  support::ResumableSender sender(world, "one\ntwo\nthree\n");
  Shown shown;
  {
    Run run(world, shown, true, logBytes);
    REQUIRE(sender.accept());
    sender.send(6);
    world.advance(20ms);
    sender.send(1);
    world.advance(20ms);
    CHECK(sender.settled() == std::vector<std::uint64_t>{4});
  }
  Run run(world, shown, true, logBytes);
  REQUIRE(sender.accept());
  sender.send(100);
  world.advance(3s);
  CHECK(sender.asked == std::vector<std::uint64_t>{0, 4});
  CHECK(all(shown) == Lines{"one", "two", "three"});
}

TEST_CASE("receive log: it needs a checkpoint directory, and says so") {
  testing::World world;
  Context context("local[2]", "job", quiet(), world);
  StreamingContext stream(context, 1s);
  stream.socketTextStream("sender", 9, {.logBytes = logBytes}).named("in") | print();
  CHECK_THROWS_WITH(stream.start(), "dstream: receiver in: a receive log needs a checkpoint directory: call checkpoint(\"…\") of the stream");
}

TEST_CASE("receive log: one that was lost, or damaged in what was durable, is refused") {
  testing::World world;
  world.listen("sender", 9);
  Shown shown;
  {
    Run run(world, shown, false, logBytes);
    auto peer = world.accept("sender", 9);
    for (int i = 0; i < 3; ++i) {
      peer.send("a line of some bytes\n");
      world.advance(1s);
    }
  }
  const std::string path = "/checkpoint/received/in%2F1/1.log";
  const std::string content = filesOf(world).content(path);
  const auto start = [&] { return messageOf<CheckpointError>([&] { Run run(world, shown, false, logBytes); }); };
  SECTION("lost") {
    filesOf(world).remove(path);
    CHECK(contains(start(), "the receive log in /checkpoint/received/in%2F1 cannot be used: the blocks behind byte 63, up to which batches are committed, are missing"));
  }
  SECTION("an older one") {
    filesOf(world).put(path, content.substr(0, content.size() - 62));
    CHECK(contains(start(), "it ends with byte 42, and a batch had taken all up to byte 63"));
  }
  SECTION("a byte is another one") {
    std::string damaged = content;
    damaged[130] = static_cast<char>(damaged[130] ^ 1);
    filesOf(world).put(path, damaged);
    CHECK(contains(start(), "although one was durable"));
  }
}

// --- laws ---

struct Outcome {
  Shown shown;
  bool changed = false;
};

/// A job that is stopped at random calls of the disk, whose connections break and whose disk fails, until all `expected` lines were sent; then it goes on in peace.
Outcome live(std::uint64_t seed, bool resumable, std::uint64_t log, const std::string& text) {
  support::Random random(seed);
  testing::World world(support::Stage::beginning, seed);
  support::ResumableSender sender(world, text);
  std::size_t at = 0;  // of a plain sender
  testing::Peer plain;
  bool connected = false;
  Outcome outcome;
  std::unique_ptr<Run> run;
  const auto connect = [&] {
    if (resumable) return sender.connected() || sender.accept();
    while (world.connecting("sender", 9) != 0) {
      plain = world.accept("sender", 9);
      connected = true;
      at = text.rfind('\n', at) == std::string::npos || at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // whole lines again
      world.runUntilQuiet();
    }
    return connected && !plain.closedByLibrary();
  };
  const auto done = [&] { return resumable ? sender.done() : at >= text.size(); };
  int left = 60;  // disasters
  for (int steps = 0, peace = 0; peace < 30; ++steps) {
    if (steps > 20'000) throw std::logic_error("it does not come to its end");
    try {
      if (run == nullptr) {
        filesOf(world).restart();
        if (left > 0 && random.below(2) == 0) {
          --left;
          filesOf(world).stopAt({filesOf(world).calls() + 1 + random.below(120), static_cast<testing::StopPoint::When>(random.below(3)),
                                 random.below(3) == 0 ? testing::StopPoint::How::Kill : testing::StopPoint::How::PowerLoss, random.below(1000)});
        }
        run = std::make_unique<Run>(world, outcome.shown, resumable, log);
        connected = false;
        peace = 0;
      }
      if (left > 0 && random.below(25) == 0) {
        --left;
        filesOf(world).failAt(filesOf(world).calls() + 1 + random.below(8), 1 + random.below(2));
      }
      if (!connect()) {
        world.advance(300ms);
      } else if (left > 0 && random.below(30) == 0) {
        --left;
        if (resumable) {
          sender.reset();
        } else {
          plain.reset();
          connected = false;
          world.runUntilQuiet();
        }
      } else if (done()) {
        left = 0;
        ++peace;
        world.advance(500ms);
      } else if (random.below(3) == 0) {
        world.advance(std::chrono::milliseconds(random.below(700)));
      } else if (resumable) {
        sender.send(1 + random.below(400));
      } else {
        const std::size_t bytes = 1 + random.below(400);
        plain.send(text.substr(at, bytes));
        at = std::min(at + bytes, text.size());
        world.runUntilQuiet();
      }
      static_cast<void>(run->stream.awaitTerminationOrTimeout(0s));
    } catch (const std::exception&) {  // the disk, as it was to
      if (run != nullptr) outcome.changed = outcome.changed || run->changed;
      run = nullptr;
      continue;
    }
    outcome.changed = outcome.changed || run->changed;
    if (filesOf(world).stopped()) run = nullptr;
  }
  return outcome;
}

std::pair<std::string, Lines> someText(std::uint64_t seed) {
  support::Random random(seed);
  std::string text;
  Lines lines;
  for (int i = 0; i < 300; ++i) {
    lines.push_back(std::to_string(i) + std::string(random.below(60), '.'));
    text += lines.back() + '\n';
  }
  return {text, lines};
}

TEST_CASE("receive log: power failures, failing disks and broken connections lose and double nothing of a resumable sender, with and without a log") {
  const std::uint64_t log = GENERATE(std::uint64_t{0}, logBytes);
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed, log);
    const auto [text, lines] = someText(seed);
    const Outcome outcome = live(seed, true, log, text);
    CHECK(!outcome.changed);
    if (all(outcome.shown) != lines) FAIL_CHECK("lines are lost, doubled or in disorder: " << all(outcome.shown).size() << " of " << lines.size());
  }
}

TEST_CASE("receive log: of a plain sender a crash loses at most what no batch had, and doubles nothing") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    const auto [text, lines] = someText(seed);
    const Outcome outcome = live(seed, false, logBytes, text);
    CHECK(!outcome.changed);  // no batch that was shown once, by whatever run, ever lacks a line
    const Lines shown = all(outcome.shown);
    CHECK(shown.size() > lines.size() / 3);
    bool whole = true;
    for (const std::string& line : shown) {
      whole = whole && line == lines[std::stoul(line)];
    }
    CHECK(whole);
  }
}

}  // namespace
