// SPDX-License-Identifier: BSL-1.0
#pragma once
// Recovery: what a checkpoint's directory says, read without changing it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the newest snapshot that is whole, and the batches behind it. **errors** CheckpointError, naming file and byte, for all that cannot be right.
template <class Use = OnUse>
class BasicRecovery {
 public:
  explicit BasicRecovery(const BasicCheckpointDirectory<Use>& directory) : journal(directory) {
    for (std::size_t left = directory.snapshots.size(); left != 0 && !found_; --left) readSnapshotOf(directory, directory.snapshots[left - 1]);
    if (!found_) throw CheckpointError(damaged.empty() ? "dstream: checkpoint: " + directory.path() + " has a journal and no snapshot" : damaged.back());
    // The older one, for the next time the newest is damaged.
    oldest = snapshot.seq;
    for (const std::uint64_t seq : directory.snapshots)
      if (seq < snapshot.seq) oldest = seq;
    if (directory.journals.empty() && snapshot.seq != 0) throw CheckpointError("dstream: checkpoint: " + directory.path() + " has no journal to its snapshot");
    if (!directory.journals.empty() && snapshot.epoch > journal.epoch()) throw CheckpointError("dstream: checkpoint: " + directory.path() + " has a snapshot of a later epoch than its journal");
    readBatches(directory);
  }

  /// The last batch of the journal; the snapshot's, if none is behind it.
  [[nodiscard]] std::uint64_t last() const { return batches.empty() ? snapshot.seq : batches.back().seq < snapshot.seq ? snapshot.seq : batches.back().seq; }
  /// The BATCH of this seq, or null.
  [[nodiscard]] const FileRecord* batch(std::uint64_t seq) const { return find(batches, seq); }
  [[nodiscard]] const FileRecord* plan(std::uint64_t seq) const { return find(plans, seq); }
  [[nodiscard]] std::uint64_t highestEpoch() const { return journal.epoch() > snapshot.epoch ? journal.epoch() : snapshot.epoch; }

  BasicSnapshot<Use> snapshot;
  BasicJournalContent<Use> journal;
  /// The snapshot that the journal must go back to.
  std::uint64_t oldest = 0;
  /// Of those newer than the snapshot: why they are none.
  Deferred<std::vector<std::string>, Use> damaged;
  Deferred<std::vector<std::uint64_t>, Use> damagedSeqs;
  /// Rising without gaps; of several with one seq the last.
  Deferred<std::vector<FileRecord>, Use> batches;
  /// Rising; one of each seq.
  Deferred<std::vector<FileRecord>, Use> plans;
  /// The database was known to have committed up to here.
  std::uint64_t known = 0;
  /// A database decides; what earlier builds wrote before the first batch does not say so.
  bool decided = false;
  /// One did, and these batches it has not.
  bool alone = false;

 private:
  void readSnapshotOf(const BasicCheckpointDirectory<Use>& directory, std::uint64_t seq) {
    try {
      snapshot = readSnapshot(directory, seq);
      found_ = true;
    } catch (const CheckpointError& error) {
      damaged.push_back(error.what());
      damagedSeqs.push_back(seq);
    }
  }

  void readBatches(const BasicCheckpointDirectory<Use>& directory) {
    for (const FileRecord& record : journal.records()) {
      if (record.kind == RecordKind::Known) putKnown(record);
      if (record.kind == RecordKind::Plan) putPlan(record);
      if (record.kind == RecordKind::Batch) put(batches, record);
    }
    for (std::size_t i = 0; i + 1 < batches.size(); ++i)
      if (batches[i + 1].seq != batches[i].seq + 1) missing(directory, batches[i].seq + 1);
    if (!batches.empty() && batches.front().seq > snapshot.seq + 1) missing(directory, snapshot.seq + 1);
  }
  [[noreturn]] static void missing(const BasicCheckpointDirectory<Use>& directory, std::uint64_t seq) {
    throw CheckpointError("dstream: checkpoint: the journal in " + directory.path() + " has no batch " + std::to_string(seq) + ", though it has later ones");
  }

  void putKnown(const FileRecord& record) {
    if (record.payload == journalAlone) {
      alone = true;
      return;
    }
    decided = true;
    if (record.seq > known) known = record.seq;
  }
  /// In the place of one with the same seq. Those behind it stay: an earlier run had planned them, and may have shown them to somebody.
  void putPlan(const FileRecord& record) {
    const auto at = placeOf(plans, record.seq);
    if (at != plans.end() && at->seq == record.seq)
      plans[static_cast<std::size_t>(at - plans.begin())] = record;
    else
      plans.insert(at, record);
  }
  /// In the place of one with the same seq; those behind it, of an attempt that was not committed, go.
  static void put(Deferred<std::vector<FileRecord>, Use>& records, const FileRecord& record) {
    while (!records.empty() && records.back().seq >= record.seq) records.pop_back();
    records.push_back(record);
  }
  /// The first that is not before this seq. Nearly all come behind the last one, and a journal has as many as batches.
  static auto placeOf(const Deferred<std::vector<FileRecord>, Use>& records, std::uint64_t seq) {
    if (records.empty() || records.back().seq < seq) return records.end();
    auto from = records.begin();
    for (auto left = records.end() - from; left > 0;) {  // <algorithm> would cost every program
      const auto half = left / 2;
      const bool before = from[half].seq < seq;
      from += before ? half + 1 : 0;
      left = before ? left - half - 1 : half;
    }
    return from;
  }
  static const FileRecord* find(const Deferred<std::vector<FileRecord>, Use>& records, std::uint64_t seq) {
    const auto at = placeOf(records, seq);
    return at == records.end() || at->seq != seq ? nullptr : &*at;
  }

  bool found_ = false;
};
using Recovery = BasicRecovery<>;

}  // namespace dstream::inline v0::detail
