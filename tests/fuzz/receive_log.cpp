// SPDX-License-Identifier: BSL-1.0
// The reader of a receive log's segments: a refusal, or blocks that rise, lie in their files, and
// are the same when it is read again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/checkpoint/segment.hpp>
#include <dstream/testing/files.hpp>

#include "fuzz/fuzz.hpp"
#include "fuzz/record_files.hpp"

namespace {

using namespace dstream;
using namespace dstream::detail;

constexpr std::uint64_t salt = 99;

std::string pathOf(std::uint64_t number) {
  return "/c/received/s/" + std::to_string(number) + ".log";
}

template <class Use>
using FoundBy = typename BasicSegmentDirectory<Use>::Found;

/// Where the blocks lie, and what they hold.
template <class Use>
std::string textOf(testing::Files& files, BasicSegmentDirectory<Use>& directory,
                   const FoundBy<Use>& found) {
  std::string text = std::to_string(found.reached);
  for (const StoredBlock& block : found.blocks) {
    fuzz::expect(block.offset + block.bytes <= files.content(pathOf(block.number)).size(),
                 "a block lies within its file");
    std::string content(static_cast<std::size_t>(block.bytes), '\0');
    directory.load(block, content.data());
    text += "\n" + std::to_string(block.end) + " " + content;
  }
  return text;
}

template <class Use>
void read(testing::Files& files, std::uint64_t position) {
  BasicSegmentDirectory<Use> directory(files, "/c", "s");
  std::string before;
  std::uint64_t reached = 0;
  try {
    const FoundBy<Use> found = directory.read(position, salt);
    fuzz::expect(found.reached >= position, "the log reaches as far as batches took of it");
    std::uint64_t end = position;
    for (const StoredBlock& block : found.blocks) {
      fuzz::expect(block.end >= end && block.end <= found.reached,
                   "blocks rise, from the position to where the log ends");
      end = block.end;
    }
    for (std::size_t i = 0; i < found.segments.size(); ++i) {
      fuzz::expect(found.segments[i].number <= found.highest,
                   "no segment is newer than the newest");
      fuzz::expect(i == 0 || found.segments[i - 1].number < found.segments[i].number,
                   "segments rise");
    }
    before = textOf<Use>(files, directory, found);
    reached = found.reached;
  } catch (const CheckpointError&) {
    return;
  }
  const FoundBy<Use> again = directory.read(position, salt);
  fuzz::expect(textOf<Use>(files, directory, again) == before,
               "the log is the same when it is read again");
  const FoundBy<Use> after = directory.read(reached, salt);
  fuzz::expect(after.blocks.empty() && after.reached == reached, "nothing comes behind its end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input input(bytes, size);
  const std::uint64_t position = fuzz::number(input);
  std::vector<std::string> contents(input.between(1, 4));
  std::uint64_t counted = 0;  // bytes of the segment before
  for (std::size_t i = 0; i < contents.size(); ++i) {
    contents[i] = fuzz::recordFile(input, segmentMark, [&](RecordKind kind) {
      std::string payload;
      if (kind == RecordKind::Head && input.byte() % 8 != 0) {
        putNumber(std::uint64_t{i}, payload);
        putNumber(counted, payload);
        return payload;
      }
      payload += input.bytes(input.byte() % 32);
      return payload;
    });
    counted = contents[i].size()
              - input.byte() % (contents[i].size() + 1);  // of what it had when its write failed
  }
  const auto put = [&](testing::Files& files) {
    files.makePrivateDirectory("/c");
    for (std::size_t i = 0; i < contents.size(); ++i) files.put(pathOf(i + 1), contents[i]);
  };
  testing::Files first{[] { return std::int64_t{0}; }};
  put(first);
  read<OnUse>(first, position);
  testing::Files second{[] { return std::int64_t{0}; }};
  put(second);
  read<fuzz::ChecksumsHold>(second, position);
  return 0;
}
