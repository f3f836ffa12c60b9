// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/journal.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/formats.hpp"
#include "support/catch.hpp"

namespace {

using support::Disk;
using support::journalText;

/// Whether `text` is what a reader sees of the whole journal, or of that with fewer records at its end.
bool beginsWhole(const std::string& text, std::string_view whole) {
  return whole.starts_with(text) && (text.size() == whole.size() || whole[text.size()] == '\n');
}

TEST_CASE("journal: segments of the highest epoch, in order") {
  Disk disk;
  CHECK(journalText(disk) == "0");
  support::putSegment(disk, 1, 9, 1);
  support::putSegment(disk, 8, 9, 2);
  support::putSegment(disk, 10, 10, 2);
  CHECK(journalText(disk) ==
        "2\n2 2/8 8 1  counts=plan out\n3 2/8 8 1  counts=xxxxxxxx out\n4 2/8\n2 2/9 9 1  counts=plan out\n3 2/9 9 1  counts=xxxxxxxxx out\n4 2/9\n2 2/10 10 1  counts=plan out\n"
        "3 2/10 10 1  counts=xxxxxxxxxx out\n4 2/10");
}

TEST_CASE("journal: cut at any length it is what was written up to there") {
  Disk disk;
  support::putSegment(disk, 1, 3, 1);
  const std::string path = "/c/journal-1-1.log";
  const std::string bytes = disk.files.content(path);
  const std::string whole = journalText(disk);
  const std::size_t head = support::checkpoint::RecordLayout::fileHeadBytes + support::checkpoint::RecordLayout::headBytes + support::checkpoint::RecordLayout::tailBytes;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    CAPTURE(length);
    disk.files.put(path, bytes.substr(0, length));
    const std::string text = journalText(disk);
    if (length < head) {
      CHECK(text.empty());  // a segment is never shown without its head
    } else {
      CHECK(beginsWhole(text, whole));
    }
  }
}

TEST_CASE("journal: a torn tail is ignored in the last segment alone") {
  Disk disk;
  support::putSegment(disk, 1, 2, 1);
  support::putSegment(disk, 3, 4, 1);
  const std::string first = disk.files.content("/c/journal-1-1.log");
  disk.files.put("/c/journal-1-1.log", first.substr(0, first.size() - 1));
  CHECK(journalText(disk).empty());
  disk.files.put("/c/journal-1-1.log", first);
  const std::string last = disk.files.content("/c/journal-3-1.log");
  disk.files.put("/c/journal-3-1.log", last + std::string(100, '\0'));
  CHECK_FALSE(journalText(disk).empty());
}

// Damage and a write cut short look alike in one place: behind the last sync that a record tells of. There it is as if it had never been written.
TEST_CASE("journal: every flipped bit is refused, but for those behind the last sync, where what follows never was") {
  Disk disk;
  support::putSegment(disk, 1, 3, 1);
  const std::string path = "/c/journal-1-1.log";
  const std::string bytes = disk.files.content(path);
  const std::string whole = journalText(disk);
  const std::size_t last = [&] {  // where the third batch's records begin
    Disk shorter;
    support::putSegment(shorter, 1, 2, 1);
    return shorter.files.content(path).size();
  }();
  std::size_t right = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    disk.files.put(path, flipped);
    const std::string text = journalText(disk);
    if (bit / 8 < last ? text.empty() : text != whole && beginsWhole(text, whole)) ++right;
  }
  CHECK(right == 8 * bytes.size());
}

// Found by the simulator's disk: KNOWN is never synced by itself, and the sync of the next records may be cut short with those kept and it lost.
TEST_CASE("journal: of records that one sync would have made durable any may be missing after a crash, and those before are there") {
  std::size_t missing = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Disk disk;
    disk.files.syncDirectory("/");
    support::putSegment(disk, 1, 2, 1);
    const std::string whole = journalText(disk);
    support::checkpoint::BasicJournalWriter<> writer(disk.directory, {3, 1}, seed);
    writer.show();
    writer.put(support::checkpoint::RecordKind::Known, 2, {});
    writer.flush();
    writer.put(support::checkpoint::RecordKind::Batch, 3, support::batchPayload(3, std::string(2000, 'x')));
    writer.put(support::checkpoint::RecordKind::Batch, 4, support::batchPayload(4, "y"));
    writer.flush();
    const std::string written = journalText(disk);
    disk.files.stopNow(dstream::testing::StopPoint::How::PowerLoss, seed);
    disk.files.restart();
    const std::string text = journalText(disk);
    CHECK(beginsWhole(text, written));
    CHECK(text.starts_with(whole));
    if (text != written) ++missing;
  }
  CHECK(missing > 50);
}

TEST_CASE("journal: a segment under another's name is refused") {
  Disk disk;
  support::putSegment(disk, 1, 3, 1);
  disk.files.put("/c/journal-1-2.log", disk.files.content("/c/journal-1-1.log"));
  CHECK(journalText(disk).empty());
}

TEST_CASE("journal: a payload with bytes behind it is refused") {
  const std::string payload = support::batchPayload(1, "x") + "y";
  const support::checkpoint::FileRecord record{support::checkpoint::RecordKind::Batch, 1, 1, payload, 0};
  CHECK_THROWS_AS(support::checkpoint::JournalContent::payloadOf(record), dstream::CheckpointError);
}

}  // namespace
