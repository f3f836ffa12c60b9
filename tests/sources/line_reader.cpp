// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/file_part.hpp>
#include <dstream/sources/line_reader.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include <dstream/runtime/event_bus.hpp>
#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

// What the parts of a file, read by `count` tasks, give together; and what was dropped.
struct Read {
  std::vector<std::string> pieces;
  std::uint64_t dropped = 0;
  std::uint64_t calls = 0;  // to the disk
};

Read readAll(const std::string& content, std::size_t count, std::size_t mostBytes) {
  testing::World world;
  world.files().put("/file", content);
  EventBus events(world);
  Read read;
  events.add([&](const Event& event) {
    if (const auto* drop = event.as<DataDropped>()) read.dropped += drop->bytes;
  });
  const Configuration configuration{.maxRecordBytes = mostBytes};
  Runtime runtime{world, configuration, events, nullptr, {}, {}};
  const std::string source = "files";
  const FoundFile file{"/file", content.size(), world.files().info("/file").modified};
  const std::uint64_t before = world.files().calls();
  for (std::size_t index = 0; index < count; ++index) {
    FilePart part(file, index, count, runtime, source);
    detail::LineReader reader(part);
    std::string whole;
    for (std::string_view text = reader.next(); !text.empty(); text = reader.next()) whole += text;
    read.pieces.push_back(whole);
    CHECK(reader.next().empty());
  }
  events.deliver();
  read.calls = world.files().calls() - before;
  return read;
}

TEST_CASE("line reader: parts begin and end at lines, and each line is in the part where it begins") {
  const std::string content = "aa\nb\n\nccc\nd";
  CHECK(readAll(content, 1, 100).pieces == std::vector<std::string>{content});
  CHECK(readAll(content, 2, 100).pieces == std::vector<std::string>{"aa\nb\n", "\nccc\nd"});
  CHECK(readAll(content, 11, 100).pieces == std::vector<std::string>{"aa\n", "", "", "b\n", "", "\n", "ccc\n", "", "", "", "d"});
}

TEST_CASE("line reader: lines longer than the buffer, up to the limit") {
  const std::string large(700'000, 'x');
  const std::string content = "a\n" + large + "\nb\n";
  for (const std::size_t count : {1U, 2U, 3U, 7U, 50U}) {
    const Read read = readAll(content, count, 1'000'000);
    std::string whole;
    for (const auto& piece : read.pieces) whole += piece;
    CHECK(whole == content);
    CHECK(read.dropped == 0);
  }
}

TEST_CASE("line reader: lines over the limit are dropped and counted once, wherever the file is cut") {
  const std::string large(1000, 'x');
  const std::string content = "a\n" + large + "\nb\n" + large + "\n" + large;
  for (std::size_t count = 1; count < 40; ++count) {
    const Read read = readAll(content, count, 10);
    std::string whole;
    for (const auto& piece : read.pieces) whole += piece;
    CAPTURE(count);
    CHECK(whole == "a\nb\n");
    CHECK(read.dropped == 3002);
  }
}

TEST_CASE("line reader: a line of many parts is read by the one in which it begins, whatever its length") {
  const std::string line(8 << 20, 'x');
  for (const std::size_t limit : {line.size() + 1, std::size_t{1'000}}) {
    const Read whole = readAll(line, 1, limit);
    const Read parts = readAll(line, 64, limit);
    CHECK(parts.dropped == whole.dropped);
    CHECK((parts.pieces.at(0) == whole.pieces.at(0)));
    CHECK(parts.calls <= 2 * whole.calls + 64 * 5);
  }
}

}  // namespace
