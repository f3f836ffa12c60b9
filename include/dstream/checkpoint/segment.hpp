// SPDX-License-Identifier: BSL-1.0
#pragma once
// Segments: the files of one receive log, `received/SOURCE/NUMBER.log` in the checkpoint's directory, and how they are read after a crash.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0::detail {

inline constexpr std::string_view segmentMark = "dstrrcv1";

/// bytes: how much of the file counts. end: of its last block, in all that the receiver was sent.
struct Segment {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  std::uint64_t end = 0;
};

/// A block in a segment.
struct StoredBlock {
  std::uint64_t number = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t end = 0;
};

/// **meaning** a segment's first record names the one before it and how much of that counts; what is behind that, and files that no other names, are writes that
/// failed. Of the newest a tail that was never durable is a write that a crash cut short.
template <class Use = OnUse>
class BasicSegmentDirectory {
  template <class T>
  using Maybe = Deferred<std::optional<T>, Use>;

 public:
  struct Found {
    Deferred<std::vector<Segment>, Use> segments;
    Deferred<std::vector<StoredBlock>, Use> blocks;
    std::uint64_t highest = 0;
    std::uint64_t reached = 0;
    std::uint64_t torn = 0;
  };

  BasicSegmentDirectory(Files& files, const std::string& checkpoint, const std::string& source)
      : files_(files), checkpoint_(checkpoint), parent_(checkpoint + "/received"), path_(parent_ + "/" + nameOf(source)) {}

  void make() {
    files_.makePrivateDirectory(parent_);
    files_.syncDirectory(checkpoint_);
    files_.makePrivateDirectory(path_);
    files_.syncDirectory(parent_);
  }

  /// The blocks behind `position`; all of them are durable then. salt: of the segment that takes the newest's place. **errors** FileError; CheckpointError for damage, and where the
  /// log does not begin before `position`, or ends before it.
  [[nodiscard]] Found read(std::uint64_t position, std::uint64_t salt) {
    Found found;
    Deferred<std::vector<std::uint64_t>, Use> numbers;
    for (const std::string& name : files_.list(path_)) {
      if (const auto number = numberOf(name)) numbers.push_back(*number);
      if (name.ends_with(".tmp")) files_.remove(path_ + "/" + name);
    }
    mergeSort(numbers, [](std::uint64_t a, std::uint64_t b) { return a > b; });
    if (!numbers.empty()) found.highest = numbers.front();

    Deferred<std::vector<std::uint64_t>, Use> failed;
    Deferred<std::vector<std::uint64_t>, Use> settled;
    std::uint64_t begun = 0;  // where the oldest segment begins
    Maybe<Segment> expected;
    for (const std::uint64_t number : numbers) {
      if (expected && number > expected->number) {
        failed.push_back(number);
      } else if (expected && begun <= position) {
        settled.push_back(number);
      } else if (expected && number != expected->number) {
        break;
      } else if (const auto before = readSegment(number, expected, position, found)) {
        begun = before->end;
        expected = before;
      } else {
        failed.push_back(number);
      }
    }
    reverse(found.segments);
    reverse(found.blocks);
    if (found.segments.empty() ? position != 0 : begun > position) fail("the blocks behind byte " + std::to_string(position) + ", up to which batches are committed, are missing");
    if (!found.segments.empty()) found.reached = found.segments.back().end;
    if (found.reached < position) fail("it ends with byte " + std::to_string(found.reached) + ", and a batch had taken all up to byte " + std::to_string(position));
    sync();
    for (const std::uint64_t number : failed) files_.remove(pathOf(number));
    if (found.segments.empty()) return found;
    settled.push_back(found.segments.back().number);
    renew(found, salt);
    for (const std::uint64_t number : settled) files_.remove(pathOf(number));
    return found;
  }

  /// The payload of a segment's first record.
  [[nodiscard]] static std::string headOf(const Segment& before) {
    std::string head;
    putNumber(before.number, head);
    putNumber(before.bytes, head);
    return head;
  }
  [[nodiscard]] Deferred<std::unique_ptr<File>, Use> create(std::uint64_t number) { return files_.open(pathOf(number), Files::Mode::CreatePrivate); }
  void sync() { files_.syncDirectory(path_); }
  void remove(std::uint64_t number) { files_.remove(pathOf(number)); }

  /// The block's bytes. **errors** CheckpointError, FileError.
  void load(const StoredBlock& block, char* into) {
    if (file_ == nullptr || open_ != block.number) {
      file_ = files_.open(pathOf(block.number), Files::Mode::ReadPrivate);
      open_ = block.number;
    }
    for (std::uint64_t got = 0; got < block.bytes;) {
      const std::size_t bytes = file_->read(block.offset + got, into + got, static_cast<std::size_t>(block.bytes - got));
      if (bytes == 0) fail("segment " + std::to_string(block.number) + " has become shorter");
      got += bytes;
    }
  }

 private:
  /// Gives the segment before it; none where this one is a write that a crash cut short.
  Maybe<Segment> readSegment(std::uint64_t number, const Maybe<Segment>& expected, std::uint64_t position, Found& found) {
    const BasicWholeFile<Use> file(files_, pathOf(number));
    std::string_view bytes = file.bytes();
    if (expected) bytes = bytes.substr(0, static_cast<std::size_t>(expected->bytes));
    Maybe<BasicRecordReader<Use>> reader;
    Maybe<FileRecord> head;
    try {
      reader.emplace(bytes, segmentMark, pathOf(number));
      head = reader->next();
      if (!head || head->kind != RecordKind::Head || head->payload.size() != 16) reader->fail("the first record is not the one of a segment");
    } catch (const CheckpointError&) {
      if (expected || (reader && reader->wasDurable())) throw;
      found.torn += bytes.size();
      return std::nullopt;
    }
    std::string_view payload = head->payload;
    Segment before{takeNumber<std::uint64_t>(payload), 0, head->seq};
    before.bytes = takeNumber<std::uint64_t>(payload);
    Segment segment{number, 0, head->seq};
    Deferred<std::vector<StoredBlock>, Use> blocks;
    while (const auto record = reader->next()) {
      if (record->kind != RecordKind::Block || record->seq < segment.end) reader->fail("a record that does not belong here");
      segment.end = record->seq;
      if (record->seq > position) blocks.push_back({number, record->offset + RecordLayout::headBytes, record->payload.size(), record->seq});
    }
    if (reader->damaged()) {
      if (expected || reader->wasDurable()) reader->fail("the receive log is damaged: here is no record, although one was durable");
      found.torn += bytes.size() - reader->offset();
    }
    if (expected && reader->offset() != expected->bytes) reader->fail("the segment behind says that it is longer");
    if (expected && segment.end != expected->end) reader->fail("the segment behind says that it ends with byte " + std::to_string(expected->end) + " of what was received, not " + std::to_string(segment.end));
    segment.bytes = reader->offset();
    found.segments.push_back(segment);
    for (std::size_t i = blocks.size(); i != 0; --i) found.blocks.push_back(blocks[i - 1]);
    return before;
  }

  /// What was read of the newest segment may be in the page cache alone, and no sync of that file may ever bring it to the disk: after one that failed the kernel takes
  /// such pages for written. So a copy takes its place, which has its name when all of it is durable.
  void renew(Found& found, std::uint64_t salt) {
    Segment& newest = found.segments.back();
    const std::uint64_t number = ++found.highest;
    const std::string temporary = path_ + "/" + std::to_string(number) + ".tmp";
    const BasicWholeFile<Use> file(files_, pathOf(newest.number));
    BasicRecordReader<Use> reader(file.bytes().substr(0, static_cast<std::size_t>(newest.bytes)), segmentMark, pathOf(newest.number));
    BasicRecordWriter<Use> writer(files_.open(temporary, Files::Mode::CreatePrivate), segmentMark, salt);
    while (const auto record = reader.next()) writer.put(record->kind, record->epoch, record->seq, record->payload);
    if (reader.damaged()) reader.fail("it has changed since it was read");
    writer.sync();
    files_.rename(temporary, pathOf(number));
    sync();
    for (StoredBlock& block : found.blocks)
      if (block.number == newest.number) block.number = number;  // where it was
    newest.number = number;
  }

  [[noreturn]] void fail(const std::string& why) const { throw CheckpointError("dstream: checkpoint: the receive log in " + path_ + " cannot be used: " + why); }

  template <class T>
  static void reverse(T& values) {
    for (std::size_t i = 0; i + i + 1 < values.size(); ++i) std::swap(values[i], values[values.size() - 1 - i]);
  }

  /// As a file name: letters, digits, '-' and '_' stay, other bytes are %XX.
  static std::string nameOf(const std::string& source) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string name;
    for (const char c : source) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      const auto byte = static_cast<unsigned char>(c);
      plain ? void(name += c) : void(((name += '%') += digits[byte / 16]) += digits[byte % 16]);
    }
    return name;
  }
  [[nodiscard]] std::string pathOf(std::uint64_t number) const { return path_ + "/" + std::to_string(number) + ".log"; }
  static Maybe<std::uint64_t> numberOf(std::string_view name) {
    std::uint64_t number = 0;
    std::size_t digits = 0;
    for (; digits < name.size() && digits < 18 && name[digits] >= '0' && name[digits] <= '9'; ++digits) number = number * 10 + static_cast<std::uint64_t>(name[digits] - '0');
    if (digits == 0 || name.substr(digits) != ".log") return std::nullopt;
    return number;
  }

  Deferred<Files, Use>& files_;
  const std::string checkpoint_;
  const std::string parent_;
  const std::string path_;
  Deferred<std::unique_ptr<File>, Use> file_;
  std::uint64_t open_ = 0;
};
using SegmentDirectory = BasicSegmentDirectory<>;

}  // namespace dstream::inline v0::detail
