// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/segment.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <dstream/testing/files.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace dstream::detail;
using support::contains;
using support::messageOf;

/// A log in memory, written segment by segment.
struct Log {
  Log() {
    files.makePrivateDirectory("/c");
    files.syncDirectory("/");
    directory.make();
  }
  /// Ends of blocks of one byte each.
  Segment write(std::uint64_t number, const Segment& before, const std::vector<std::uint64_t>& ends) {
    RecordWriter writer(directory.create(number), segmentMark, number);
    writer.put(RecordKind::Head, 0, before.end, SegmentDirectory::headOf(before));
    Segment segment{number, 0, before.end};
    for (const std::uint64_t end : ends) {
      writer.put(RecordKind::Block, 0, end, "x");
      segment.end = end;
    }
    writer.sync();
    segment.bytes = writer.bytes();
    return segment;
  }
  [[nodiscard]] std::vector<std::uint64_t> ends(std::uint64_t position) {
    std::vector<std::uint64_t> found;
    for (const StoredBlock& block : SegmentDirectory(files, "/c", "s").read(position, 7).blocks) found.push_back(block.end);
    return found;
  }
  void append(std::uint64_t number, const std::string& bytes) {
    const std::string path = "/c/received/s/" + std::to_string(number) + ".log";
    files.put(path, files.content(path) + bytes);
  }

  testing::Files files{[] { return std::int64_t{0}; }};
  SegmentDirectory directory{files, "/c", "s"};
};
using Ends = std::vector<std::uint64_t>;

TEST_CASE("segment: blocks behind a position, over several segments, in order") {
  Log log;
  const Segment one = log.write(1, {}, {10, 20});
  log.write(2, one, {30, 40});
  CHECK(log.ends(0) == Ends{10, 20, 30, 40});
  CHECK(log.ends(15) == Ends{20, 30, 40});
  CHECK(log.files.exists("/c/received/s/1.log"));
  CHECK(log.ends(20) == Ends{30, 40});
  CHECK(!log.files.exists("/c/received/s/1.log"));  // all of it is settled
  CHECK(log.ends(40).empty());
  CHECK(log.files.names("/c/received/s") == std::vector<std::string>{"6.log"});  // it tells how far the log had come
}

TEST_CASE("segment: of one whose write failed only what its successor says counts; files that none names are nobody's") {
  Log log;
  Segment one = log.write(1, {}, {10, 20});
  log.append(1, "a write that failed");
  log.write(2, {}, {99});  // it was given up before it was synced
  log.write(3, one, {30});
  CHECK(log.ends(0) == Ends{10, 20, 30});
  CHECK(!log.files.exists("/c/received/s/2.log"));
}

// Found by tests/fuzz/run receive_log: blocks came out that went back behind others.
TEST_CASE("segment: one that ends elsewhere than its successor says is refused") {
  Log log;
  Segment one = log.write(1, {}, {10, 20});
  one.end = 15;
  log.write(2, one, {18});
  const std::string message = messageOf<CheckpointError>([&] { static_cast<void>(log.ends(0)); });
  CHECK(contains(message, "received/s/1.log"));
  CHECK(contains(message, "ends with byte 15 of what was received, not 20"));
}

TEST_CASE("segment: a torn tail of the newest is no record, and a newest without a head is none") {
  Log log;
  const Segment one = log.write(1, {}, {10});
  log.write(2, one, {20});
  log.append(2, "torn");
  log.files.put("/c/received/s/3.log", "dst");
  const auto found = SegmentDirectory(log.files, "/c", "s").read(0, 7);
  CHECK(found.torn == 7);
  CHECK(found.highest == 4);  // the copy of 2
  CHECK(found.reached == 20);
}

TEST_CASE("segment: what of one that was never synced is on the disk, in whatever order it came there, is a write that was cut short") {
  Log log;
  const Segment one = log.write(1, {}, {10});
  {
    RecordWriter writer(log.directory.create(2), segmentMark, 2, false);
    writer.put(RecordKind::Head, 0, one.end, SegmentDirectory::headOf(one));
    writer.put(RecordKind::Block, 0, 20, "x");
    writer.put(RecordKind::Block, 0, 30, "x");
    writer.flush();
  }
  const std::string path = "/c/received/s/2.log";
  log.files.damage(path, log.files.content(path).size() - 2 * (RecordLayout::headBytes + 1 + RecordLayout::tailBytes));
  CHECK(log.ends(0) == Ends{10});
}

TEST_CASE("segment: what a sync failed to keep, and the next process still read, is durable before it counts") {
  Log log;
  const Segment one = log.write(1, {}, {10});
  const auto writeAndFail = [&] {
    RecordWriter writer(log.directory.create(2), segmentMark, 2, false);
    writer.put(RecordKind::Head, 0, one.end, SegmentDirectory::headOf(one));
    writer.put(RecordKind::Block, 0, 20, "x");
    log.files.failNext("sync", "/c/received/s/2.log");
    CHECK_THROWS_AS(writer.sync(), FileError);
  };
  writeAndFail();
  log.files.stopNow(testing::StopPoint::How::Kill);
  log.files.restart();
  CHECK(log.ends(0) == Ends{10, 20});
  CHECK(log.files.names("/c/received/s") == std::vector<std::string>{"1.log", "3.log"});
  log.files.stopNow(testing::StopPoint::How::PowerLoss, GENERATE(range(std::uint64_t{1}, std::uint64_t{6})));
  log.files.restart();
  CHECK(log.ends(0) == Ends{10, 20});
}

TEST_CASE("segment: a crash in the middle of the copy leaves the segment that was read, and of the copy nothing") {
  for (std::uint64_t call = 1;; ++call) {
    CAPTURE(call);
    Log log;
    log.write(2, log.write(1, {}, {10}), {20, 30});
    log.directory.sync();
    const std::uint64_t before = log.files.calls();
    log.files.stopAt({before + call, testing::StopPoint::When::Halfway, testing::StopPoint::How::PowerLoss, call});
    try {
      const Ends ends = log.ends(0);
      CHECK(ends == Ends{10, 20, 30});
      CHECK(log.files.calls() - before < call);  // there were no more
      break;
    } catch (const FileError&) {
    }
    log.files.restart();
    CHECK(log.ends(0) == Ends{10, 20, 30});
    for (const std::string& name : log.files.names("/c/received/s")) CHECK(!name.ends_with(".tmp"));
  }
}

TEST_CASE("segment: damage elsewhere, a log that begins too late or ends too early is refused") {
  Log log;
  const Segment one = log.write(1, {}, {10, 20});
  log.write(2, one, {30});
  const auto error = [&](std::uint64_t position) { return messageOf<CheckpointError>([&] { static_cast<void>(log.ends(position)); }); };
  CHECK(contains(error(31), "it ends with byte 30, and a batch had taken all up to byte 31"));
  SECTION("a byte of an older segment") {
    std::string content = log.files.content("/c/received/s/1.log");
    content[content.size() - 10] ^= 1;
    log.files.put("/c/received/s/1.log", content);
    CHECK(contains(error(0), "the receive log is damaged"));
  }
  SECTION("an older segment is gone") {
    log.files.remove("/c/received/s/1.log");
    CHECK(contains(error(15), "the blocks behind byte 15, up to which batches are committed, are missing"));
    CHECK(log.ends(20) == Ends{30});
  }
}

TEST_CASE("segment: a source's name cannot lead out of the directory") {
  Log log;
  SegmentDirectory(log.files, "/c", "../..").make();
  CHECK(log.files.exists("/c/received/%2E%2E%2F%2E%2E"));
}

}  // namespace
