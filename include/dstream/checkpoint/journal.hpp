// SPDX-License-Identifier: BSL-1.0
#pragma once
// The journal: what each batch changed, one record and one sync a batch, in segments of one epoch each.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0::detail {

/// The payload of a KNOWN where a database decided once and does so no more: this epoch's batches were decided by the journal, and the database lacks them.
inline constexpr std::string_view journalAlone = "alone";

/// Bytes of a node: what a batch changed of it, or is about to take.
struct NodeBytes {
  std::string_view name;
  std::string_view bytes;
};

/// What a BATCH or a PLAN holds; its texts are views.
template <class Use = OnUse>
struct BasicBatchPayload {
  std::int64_t time = 0;
  std::uint32_t attempt = 1;
  std::string_view skipped;                             // what() of the error for which it was given up; empty: it was not
  Deferred<std::vector<NodeBytes>, Use> nodes;          // a PLAN: of sources only
  Deferred<std::vector<std::string_view>, Use> staged;  // outputs that have something to show, by target(); earlier builds: by name
};
using BatchPayload = BasicBatchPayload<>;

/// **meaning** one segment, being written. It is made out of sight; `show` makes it durable and gives it its name, and records go on behind.
template <class Use = OnUse>
class BasicJournalWriter {
 public:
  BasicJournalWriter(const BasicCheckpointDirectory<Use>& directory, JournalName name, std::uint64_t salt)
      : directory_(directory), path_(directory.journal(name)), epoch_(name.epoch),
        writer_(directory.files().open(path_ + ".tmp", Files::Mode::CreatePrivate), journalMark, salt) {
    writer_.put(RecordKind::Epoch, epoch_, name.seq, {});
  }

  /// Gives the crc of the payload. In the file with the next flush or sync.
  std::uint32_t put(RecordKind kind, std::uint64_t seq, std::string_view payload) { return writer_.put(kind, epoch_, seq, payload); }
  /// As another epoch wrote it.
  void copy(const FileRecord& record) { writer_.put(record.kind, record.epoch, record.seq, record.payload); }
  void flush() { writer_.flush(); }
  void sync() { writer_.sync(); }
  void show() {
    sync();
    directory_.files().rename(path_ + ".tmp", path_);
    directory_.files().syncDirectory(directory_.path());
  }
  [[nodiscard]] std::uint64_t bytes() const { return writer_.bytes(); }

 private:
  const BasicCheckpointDirectory<Use>& directory_;
  const std::string path_;
  const std::uint64_t epoch_;
  BasicRecordWriter<Use> writer_;
};

/// **meaning** all records of the highest epoch, in order, but for EPOCH. It owns the files; the records are views of them.
/// A tail of the last segment that begins with no record, and was never durable as far as the records behind tell, is a write that a crash cut short: it never was.
template <class Use = OnUse>
class BasicJournalContent {
 public:
  /// **errors** CheckpointError naming file and byte: damage anywhere else. FileError.
  explicit BasicJournalContent(const BasicCheckpointDirectory<Use>& directory) {
    if (directory.journals.empty()) return;
    epoch_ = directory.journals.back().epoch;
    for (const JournalName& name : directory.journals)
      if (name.epoch == epoch_) read(directory, name, name.seq == directory.journals.back().seq);
  }

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] const auto& records() const { return records_; }
  /// **units** bytes that a crash cut short.
  [[nodiscard]] std::uint64_t torn() const { return torn_; }
  [[nodiscard]] static BasicBatchPayload<Use> payloadOf(const FileRecord& record) {
    try {
      return decodeWhole<BasicBatchPayload<Use>>(record.payload);
    } catch (const DecodeError& error) {
      throw CheckpointError("dstream: checkpoint: the journal's batch " + std::to_string(record.seq) + ": " + error.what());
    }
  }

 private:
  void read(const BasicCheckpointDirectory<Use>& directory, const JournalName& name, bool last) {
    files_.emplace_back(directory.files(), directory.journal(name));
    const std::string_view bytes = files_.back().bytes();
    BasicRecordReader<Use> reader(bytes, journalMark, directory.journal(name));
    const auto head = reader.next();
    if (!head || head->kind != RecordKind::Epoch || head->epoch != epoch_ || head->seq != name.seq) reader.fail("the first record is not the one of this segment");
    while (const auto record = reader.next()) {
      const bool known = record->kind == RecordKind::Batch || record->kind == RecordKind::Plan || record->kind == RecordKind::Known;
      if (!known || record->epoch > epoch_) reader.fail("a record that does not belong here");
      records_.push_back(*record);
    }
    if (!reader.damaged()) return;
    if (!last || reader.wasDurable()) reader.fail("the journal is damaged: here is no record, although one was durable");
    torn_ = bytes.size() - reader.offset();
  }

  std::uint64_t epoch_ = 0;
  Deferred<std::vector<BasicWholeFile<Use>>, Use> files_;
  Deferred<std::vector<FileRecord>, Use> records_;
  std::uint64_t torn_ = 0;
};
using JournalContent = BasicJournalContent<>;

}  // namespace dstream::inline v0::detail
