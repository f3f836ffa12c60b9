// SPDX-License-Identifier: BSL-1.0
#pragma once
// The layout of journals and snapshots: a head with a salt of the file's own, then records, each of which says how long it is and can be checked.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/crc32c.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0 {

/// A checkpoint that cannot be used, or not by this program. what() names the directory or file, where in it, and why.
struct CheckpointError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

namespace detail {

enum class RecordKind : std::uint8_t {
  Epoch = 1,  // a journal's first: which epoch writes it
  Plan,       // what a batch is about to take of its sources
  Batch,      // a batch and all that it changed
  Known,      // the sink's database is known to have committed up to here; see journalAlone
  Head,       // a snapshot's first: the job
  Node,       // what one node keeps
  End,        // a snapshot's last: how many nodes there were
  Block,      // of a receive log: bytes that were received
};

struct FileRecord {
  RecordKind kind;
  std::uint64_t epoch;
  std::uint64_t seq;
  std::string_view payload;
  std::uint64_t offset;
  std::uint64_t durable = 0;  // see RecordLayout
};

/// **meaning** the bytes of the layout. File head: mark (8 bytes), salt (8), crc of both (4). Record head: kind (1), payload's length (8), epoch (8), seq (8), durable (8), crc
/// of these (4); then the payload and its crc (4). Every crc goes on from the salt, the payload's from its head's: what an older file left
/// in a block that is used again never looks like a record, nor does one record's payload behind another's head.
/// durable: how long the file was when it was last synced before this record. A disk may keep the second of two records that no sync came between and lose
/// the first; damage before a record's durable length is damage.
template <class Use = OnUse>
struct BasicRecordLayout {
  static constexpr std::size_t markBytes = 8;
  static constexpr std::size_t fileHeadBytes = markBytes + 8 + 4;
  static constexpr std::size_t checkedHeadBytes = 1 + 8 + 8 + 8 + 8;
  static constexpr std::size_t headBytes = checkedHeadBytes + 4;
  static constexpr std::size_t tailBytes = 4;

  static std::uint32_t saltOf(std::uint64_t salt) {
    std::string bytes;
    putNumber(salt, bytes);
    return crc32c(bytes);
  }
  static std::string fileHead(std::string_view mark, std::uint64_t salt) {
    std::string head(mark);
    putNumber(salt, head);
    putNumber(crc32c(head), head);
    return head;
  }
  static std::string head(RecordKind kind, std::uint64_t epoch, std::uint64_t seq, std::uint64_t length, std::uint64_t durable, std::uint32_t salt) {
    std::string head;
    putNumber(static_cast<std::uint8_t>(kind), head);
    putNumber(length, head);
    putNumber(epoch, head);
    putNumber(seq, head);
    putNumber(durable, head);
    putNumber(crc32c(head, salt), head);
    return head;
  }
};
using RecordLayout = BasicRecordLayout<>;

/// **meaning** writes records one behind the other; small ones together, at the next `flush` or when they are many.
/// hidden: nobody can read the file before its first sync, so all that it holds then is durable. **errors** FileError, after which the end of the file is unknown.
template <class Use = OnUse>
class BasicRecordWriter {
  using RecordLayout = BasicRecordLayout<Use>;

 public:
  BasicRecordWriter(Deferred<std::unique_ptr<File>, Use> file, std::string_view mark, std::uint64_t salt, bool hidden = true)
      : file_(std::move(file)), salt_(RecordLayout::saltOf(salt)), hidden_(hidden) {
    pending_ = RecordLayout::fileHead(mark, salt);
  }

  /// Gives the payload's crc.
  std::uint32_t put(RecordKind kind, std::uint64_t epoch, std::uint64_t seq, std::string_view payload) {
    if (pending_.size() > pieceBytes) flush();
    const std::string head = RecordLayout::head(kind, epoch, seq, payload.size(), synced_ == 0 && hidden_ ? bytes() : synced_, salt_);
    std::string_view headCrc = std::string_view(head).substr(RecordLayout::checkedHeadBytes);
    const std::uint32_t crc = crc32c(payload, takeNumber<std::uint32_t>(headCrc));
    pending_ += head;
    if (payload.size() > pieceBytes) {
      flush();
      file_->append(payload);
      bytes_ += payload.size();
    } else {
      pending_ += payload;
    }
    putNumber(crc, pending_);
    return crc;
  }
  void flush() {
    bytes_ += pending_.size();
    file_->append(pending_);
    pending_.clear();
  }
  /// Lets the disk work on what there is, while more is put.
  void startSync() { file_->startSync(); }
  void sync() {
    flush();
    file_->sync();
    synced_ = bytes_;
  }
  /// **units** bytes; how long the file is.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_ + pending_.size(); }

 private:
  static constexpr std::size_t pieceBytes = std::size_t{64} << 10;

  Deferred<std::unique_ptr<File>, Use> file_;
  const std::uint32_t salt_;
  const bool hidden_;
  std::string pending_;
  std::uint64_t bytes_ = 0;
  std::uint64_t synced_ = 0;
};
using RecordWriter = BasicRecordWriter<>;

/// A file's bytes at once. Private: see Files::Mode.
template <class Use = OnUse>
class BasicWholeFile {
 public:
  BasicWholeFile() = default;
  BasicWholeFile(Deferred<Files, Use>& files, const std::string& path) {
    const auto file = files.open(path, Files::Mode::ReadPrivate);
    capacity_ = static_cast<std::size_t>(file->info().bytes);
    bytes_.reset(new char[capacity_]);
    while (size_ < capacity_) {
      const std::size_t got = file->read(size_, bytes_.get() + size_, capacity_ - size_);
      if (got == 0) break;
      size_ += got;
    }
  }
  [[nodiscard]] std::string_view bytes() const { return {bytes_.get(), size_}; }

 private:
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  Deferred<std::unique_ptr<char[]>, Use> bytes_;
};
using WholeFile = BasicWholeFile<>;

/// **meaning** the records of a file's bytes. `next` gives none at the end and where the bytes are no record: `damaged` tells which.
/// **cost** both crcs of each record; nothing is copied or allocated. **errors** CheckpointError for a head that is none.
template <class Use = OnUse>
class BasicRecordReader {
  using RecordLayout = BasicRecordLayout<Use>;
  using Found = Deferred<std::optional<FileRecord>, Use>;

 public:
  BasicRecordReader(std::string_view bytes, std::string_view mark, std::string path) : bytes_(bytes), path_(std::move(path)) {
    std::string_view head = bytes.substr(0, RecordLayout::fileHeadBytes);
    if (head.size() < RecordLayout::fileHeadBytes) fail("it is too short to be a file of this kind");
    if (head.substr(0, mark.size()) != mark) fail("it does not begin with the mark \"" + std::string(mark) + "\": another kind of file, or another version's");
    const std::string_view checked = head.substr(0, RecordLayout::markBytes + 8);
    head.remove_prefix(mark.size());
    salt_ = RecordLayout::saltOf(takeNumber<std::uint64_t>(head));
    if (!sound(checked, 0, takeNumber<std::uint32_t>(head))) fail("its head is damaged");
    at_ = RecordLayout::fileHeadBytes;
  }

  Found next() {
    const Found record = recordAt(at_);
    if (record) at_ += RecordLayout::headBytes + record->payload.size() + RecordLayout::tailBytes;
    return record;
  }
  [[nodiscard]] std::uint64_t offset() const { return at_; }
  /// There are bytes here, and they are no record.
  [[nodiscard]] bool damaged() const { return at_ != bytes_.size(); }
  /// A record behind the damage says that it was durable: so it is no write that a crash cut short. **cost** a crc of 33 bytes per byte.
  [[nodiscard]] bool wasDurable() const {
    for (std::size_t at = at_ + 1; at + RecordLayout::headBytes + RecordLayout::tailBytes <= bytes_.size(); ++at)
      if (const auto record = recordAt(at); record && record->durable > at_) return true;
    return false;
  }

  [[noreturn]] void fail(const std::string& reason) const { throw CheckpointError("dstream: checkpoint: " + path_ + ", byte " + std::to_string(at_) + ": " + reason); }

 private:
  /// Whether these bytes have this crc. A fuzzer cannot guess one: it reads with a Use of its own, for which all of them hold.
  static bool sound(std::string_view bytes, std::uint32_t before, std::uint32_t crc) {
    if constexpr (requires { Use::checksumsHold; }) {
      return true;
    } else {
      return crc32c(bytes, before) == crc;
    }
  }
  [[nodiscard]] Found recordAt(std::size_t at) const {
    std::string_view rest = bytes_.substr(at);
    if (rest.size() < RecordLayout::headBytes + RecordLayout::tailBytes) return std::nullopt;
    const std::string_view checked = rest.substr(0, RecordLayout::checkedHeadBytes);
    const auto kind = takeNumber<std::uint8_t>(rest);
    const auto length = takeNumber<std::uint64_t>(rest);
    const auto epoch = takeNumber<std::uint64_t>(rest);
    const auto seq = takeNumber<std::uint64_t>(rest);
    const auto durable = takeNumber<std::uint64_t>(rest);
    const auto headCrc = takeNumber<std::uint32_t>(rest);
    if (kind < static_cast<std::uint8_t>(RecordKind::Epoch) || kind > static_cast<std::uint8_t>(RecordKind::Block)) return std::nullopt;
    if (!sound(checked, salt_, headCrc) || length > rest.size() - RecordLayout::tailBytes) return std::nullopt;
    const std::string_view payload = rest.substr(0, static_cast<std::size_t>(length));
    rest.remove_prefix(payload.size());
    if (!sound(payload, headCrc, takeNumber<std::uint32_t>(rest))) return std::nullopt;
    return FileRecord{static_cast<RecordKind>(kind), epoch, seq, payload, at, durable};
  }

  std::string_view bytes_;
  const std::string path_;
  std::uint32_t salt_ = 0;
  std::size_t at_ = 0;
};
using RecordReader = BasicRecordReader<>;

}  // namespace detail

}  // namespace dstream::inline v0
