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

// Damage and a write cut short look alike in one place: the last record. There the record is as if it had never been written.
TEST_CASE("journal: every flipped bit is refused, but for those of the last record, without which it is whole") {
  Disk disk;
  support::putSegment(disk, 1, 3, 1);
  const std::string path = "/c/journal-1-1.log";
  const std::string bytes = disk.files.content(path);
  const std::string whole = journalText(disk);
  const std::string withoutLast = whole.substr(0, whole.rfind('\n'));
  const std::size_t last = bytes.size() - support::checkpoint::RecordLayout::headBytes - support::checkpoint::RecordLayout::tailBytes;  // KNOWN has no payload
  std::size_t right = 0;
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    disk.files.put(path, flipped);
    if (journalText(disk) == (bit / 8 < last ? std::string() : withoutLast)) ++right;
  }
  CHECK(right == 8 * bytes.size());
}

TEST_CASE("journal: a segment under another's name is refused") {
  Disk disk;
  support::putSegment(disk, 1, 3, 1);
  disk.files.put("/c/journal-1-2.log", disk.files.content("/c/journal-1-1.log"));
  CHECK(journalText(disk).empty());
}

TEST_CASE("journal: a payload with bytes behind it is refused") {
  const std::string payload = support::batchPayload(1, "x") + "y";
  const support::checkpoint::Record record{support::checkpoint::RecordKind::Batch, 1, 1, payload, 0};
  CHECK_THROWS_AS(support::checkpoint::JournalContent::payloadOf(record), dstream::CheckpointError);
}

}  // namespace
