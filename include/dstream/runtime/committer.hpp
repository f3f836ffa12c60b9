// SPDX-License-Identifier: BSL-1.0
#pragma once
// Committer: what makes batches durable, as the scheduler sees it. A streaming context without a checkpoint directory has none.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

/// **meaning** a batch's way: plan, its outputs, begin, its transactional outputs, commit, again while that leaves it undecided, and then settle; or rollback and
/// another attempt.
/// **threads** `planned` any; the rest before the start, then on the jobs lane, then after the end of all lanes.
template <class Use = OnUse>
class BasicCommitter {
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;

 public:
  /// Where the job goes on: at first one batch before the first.
  struct Resume {
    std::uint64_t seq = 0;
    std::uint64_t epoch = 0;
    Time zero;
    Time last;
    std::size_t partitions = 0;
    bool recovered = false;
  };

  virtual ~BasicCommitter() = default;

  /// What it keeps is in this directory.
  [[nodiscard]] virtual std::string directory() const { return {}; }
  /// Takes possession of the job and finds out where it stands; a new one begins at `zero`.
  virtual Resume open(const Nodes& nodes, std::int64_t interval, Time zero, std::size_t partitions) = 0;
  /// Gives the nodes what they kept. Afterwards batches may come.
  virtual void restore(RunnerRef runner) = 0;
  /// The batch that an earlier run had planned under this seq: it comes again as it was. Null where there was none.
  [[nodiscard]] virtual const Batch* planned(std::uint64_t seq) const = 0;

  virtual void plan(const Batch& batch) = 0;
  virtual void begin(const Batch& batch) = 0;
  /// `skipped`: why it is given up; nothing but what its sources took is committed then.
  virtual void commit(const Batch& batch, const std::string& skipped) = 0;
  virtual void rollback(const Batch& batch) = 0;
  /// What is due after the commit; tried again when it throws.
  virtual void settle(const Batch& batch) = 0;
  /// No batch follows. Commits what waits for a unit to be full.
  virtual void close() = 0;

  /// The checkpoint itself has failed: whether the last batch was committed is known after a restart only.
  [[nodiscard]] virtual bool broken() const = 0;
  /// commit has thrown since nobody can be asked for now whether the batch is committed: nothing may follow before another commit has told.
  [[nodiscard]] virtual bool undecided() const { return false; }
  [[nodiscard]] virtual std::uint32_t repeats() const = 0;
  [[nodiscard]] virtual bool skips() const = 0;
  /// **units** nanoseconds before an attempt.
  [[nodiscard]] virtual Nanos pause(std::uint32_t failures) const = 0;
};
using Committer = BasicCommitter<>;

}  // namespace dstream::inline v0
