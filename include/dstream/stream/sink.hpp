// SPDX-License-Identifier: BSL-1.0
#pragma once
// What an output may promise beyond "at least once", and what a checkpoint asks of it for that.

#include <cstdint>
#include <string>

#include <dstream/core/config.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/errors.hpp>

namespace dstream::inline v0 {

/// AtLeastOnce: a batch that is repeated is written again, under the same seq and with the same records. Staged: written out of sight, shown after the batch is
/// committed. Transactional: written in the transaction that commits the batch.
enum class SinkClass { AtLeastOnce, Staged, Transactional };

/// **meaning** an output whose batches become visible after they are committed. **threads** the jobs lane. **errors** any; `publish` is tried again.
class StagedOutput {
 public:
  /// Where it shows its batches, with TIME for a batch's time: "/out/words-TIME.txt". No other output of the stream has the same, and checkpoints know it by that.
  [[nodiscard]] virtual std::string target() const = 0;
  /// A checkpoint decides from now on: nothing is shown before `publish`. `job` makes names of its own.
  virtual void beginJob(const std::string& job) = 0;
  /// The batch was committed: its stage, of this epoch and attempt, becomes visible. Again and again without harm.
  virtual void publish(const Batch& batch) = 0;
  /// This attempt failed: its stage goes.
  virtual void abort(const Batch& batch) = 0;
  /// After a restart, before anything is published. **errors** throws when what is visible belongs to a later batch than `committed`, the last one.
  virtual void verify(const Batch& committed) = 0;
  /// Before the first batch after a restart, all up to `committed` published: no stage is needed any more.
  virtual void recover(const Batch& committed) = 0;

 protected:
  ~StagedOutput() = default;
};

/// A decider's word that the batch is not committed, since it was out of reach when it was told to.
struct NotCommitted : Outage {
  using Outage::Outage;
};

/// **meaning** the database that decides which batch of a job was committed last, in the transaction that its outputs write in.
/// **threads** the jobs lane; look and claim before it runs; hurry any. **errors** any, which rolls the batch back, and Outage, which does so without end; from `commit`
/// only what leaves the outcome unknown.
class Decider {
 public:
  struct Position {
    bool known = false;  // the database has heard of the job before
    std::uint64_t epoch = 0;
    std::uint64_t seq = 0;
    std::uint32_t checksum = 0;
  };

  /// The database, for messages.
  [[nodiscard]] virtual std::string name() const = 0;
  /// What it knows of the job now. Whoever has claimed it goes on.
  [[nodiscard]] virtual Position look(const std::string& job) = 0;
  /// epoch + 1, or a new row; no older process of the job can commit afterwards.
  virtual Position claim(const std::string& job) = 0;
  /// Opens the transaction of batch `seq`, or the part of it, if it is open. **errors** throws when another process has claimed the job.
  virtual void begin(const Batch& batch) = 0;
  /// Takes back what was written since begin.
  virtual void rollback() = 0;
  /// The outputs have written. The batch's row, in the transaction.
  virtual void seal(const Batch& batch, std::uint32_t checksum) = 0;
  /// False: it is certain that nothing was committed. **errors** NotCommitted: as certain, and the database was out of reach. Another Outage: the outcome cannot be
  /// asked for now; called again it asks, and commits nothing itself.
  [[nodiscard]] virtual bool commit(const Batch& batch) = 0;
  /// Why commit gave false, if the database has said so.
  [[nodiscard]] virtual std::string refusal() const { return {}; }
  /// While true a stop waits: whoever waits for the database does so not much longer.
  virtual void hurry(bool) {}
  /// Nothing that it knows of the job remains open.
  virtual void close() = 0;

 protected:
  ~Decider() = default;
};

}  // namespace dstream::inline v0
