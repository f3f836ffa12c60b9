// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/record_file.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <dstream/testing/files.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace dstream::detail;

constexpr std::string_view mark = "testmrk1";

/// A file with these payloads, as its bytes.
std::string fileOf(std::uint64_t salt, const std::vector<std::string>& payloads) {
  testing::Files files([] { return 0; });
  RecordWriter writer(files.open("/f", Files::Mode::CreatePrivate), mark, salt);
  std::uint64_t seq = 0;
  for (const std::string& payload : payloads) writer.put(RecordKind::Batch, 2, ++seq, payload);
  writer.sync();
  CHECK(writer.bytes() == files.content("/f").size());
  return files.content("/f");
}

TEST_CASE("record_file: records come back in order, whatever their length") {
  const std::string large(200'000, 'l');
  const std::string bytes = fileOf(7, {"one", "", large, "four"});
  RecordReader reader(bytes, mark, "f");
  std::uint64_t seq = 0;
  for (const std::string& payload : {std::string("one"), std::string(), large, std::string("four")}) {
    const auto record = reader.next();
    REQUIRE(record);
    CHECK(record->kind == RecordKind::Batch);
    CHECK(record->epoch == 2);
    CHECK(record->seq == ++seq);
    CHECK(record->payload == payload);
  }
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.damaged());
}

TEST_CASE("record_file: many small records are not all held back until the sync") {
  testing::Files files([] { return 0; });
  RecordWriter writer(files.open("/f", Files::Mode::CreatePrivate), mark, 7);
  const std::string payload(10'000, 'p');
  for (std::uint64_t seq = 1; seq <= 100; ++seq) writer.put(RecordKind::Block, 0, seq, payload);
  CHECK(files.content("/f").size() > writer.bytes() - 100'000);
  writer.sync();
  CHECK(files.content("/f").size() == writer.bytes());
}

TEST_CASE("record_file: a head of something else is refused, and the file and the byte are named") {
  const auto refused = [](std::string bytes) {
    try {
      const RecordReader reader(bytes, mark, "/dir/f");
      return std::string();
    } catch (const CheckpointError& error) {
      return std::string(error.what());
    }
  };
  CHECK(refused("short") == "dstream: checkpoint: /dir/f, byte 0: it is too short to be a file of this kind");
  CHECK(refused(std::string(40, 'x')).find("does not begin with the mark") != std::string::npos);
  CHECK(refused(fileOf(7, {})).empty());
}

TEST_CASE("record_file: a length beyond the file allocates nothing and is damage") {
  const std::string head = RecordLayout::fileHead(mark, 7);
  const std::string record = RecordLayout::head(RecordKind::Batch, 1, 1, 0xffff'ffff'ffff'fff0, 0, RecordLayout::saltOf(7));
  const std::string bytes = head + record + std::string(100, '\0');
  RecordReader reader(bytes, mark, "f");
  CHECK_FALSE(reader.next());
  CHECK(reader.damaged());
  CHECK_FALSE(reader.wasDurable());
}

TEST_CASE("record_file: records of an older file, and a payload behind another head, never look valid") {
  const std::string old = fileOf(7, {"aaaa", "bbbb"});
  const std::string young = fileOf(8, {"cccc"});
  const std::string mixed = young + old.substr(young.size());  // a block that is used again
  RecordReader reader(mixed, mark, "f");
  CHECK(reader.next());
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.wasDurable());

  constexpr std::size_t record = RecordLayout::headBytes + 4 + RecordLayout::tailBytes;
  std::string swapped = old;
  const std::size_t first = RecordLayout::fileHeadBytes + RecordLayout::headBytes;
  for (std::size_t i = 0; i < 4 + RecordLayout::tailBytes; ++i) std::swap(swapped[first + i], swapped[first + record + i]);
  RecordReader swappedReader(swapped, mark, "f");
  CHECK_FALSE(swappedReader.next());
}

TEST_CASE("record_file: only a file of one's own is read") {
  testing::Files files([] { return 0; });
  files.put("/f", "bytes");
  CHECK(WholeFile(files, "/f").bytes() == "bytes");
  CHECK_THROWS_AS(WholeFile(files, "/none"), FileError);
}

}  // namespace
