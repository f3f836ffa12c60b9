// SPDX-License-Identifier: BSL-1.0
#pragma once
// Restorer: gives a graph's nodes what a checkpoint kept of them.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dstream/checkpoint/job.hpp>
#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/checkpoint/standing.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0::detail {

/// **errors** CheckpointError, naming the node, and the batch where it is one's change that cannot be read.
template <class Use = OnUse>
class BasicRestorer {
  using Job = BasicCheckpointedJob<Use>;
  using Recovery = BasicRecovery<Use>;
  using KeptNodes = Deferred<std::vector<KeptNode<std::string>>, Use>;

 public:
  /// unsaved: what those nodes began with that cannot take a batch back, and that the snapshot may not have yet.
  BasicRestorer(const Job& job, const Recovery& known, const KeptNodes& unsaved, std::string directory, RunnerRef runner)
      : job_(job), known_(known), unsaved_(unsaved), directory_(std::move(directory)), runner_(runner) {}

  /// All nodes stand as after batch `last`.
  void restore(std::uint64_t last) const { toLast(last, true); }
  /// Those nodes that cannot take a batch back do.
  void reload(std::uint64_t last) const { toLast(last, false); }

  /// Sources are told which part of their input an earlier run had planned for the batch.
  void replan(const Batch& batch) const {
    const auto payload = known_.journal.payloadOf(*known_.plan(batch.seq));
    for (const auto& [name, change] : payload.nodes)
      if (const auto* node = job_.find(name)) node->kept->replan(change, batch);
  }

 private:
  void toLast(std::uint64_t last, bool all) const {
    for (const auto& node : job_.nodes)
      if (all || !node.kept->undoes()) toSnapshot(node, all);
    for (const FileRecord& record : known_.batches)
      if (record.seq > known_.snapshot.seq && record.seq <= last) restoreBatch(record, all);
  }
  void toSnapshot(const typename Job::Node& node, bool all) const {
    if (const auto* kept = Job::find(known_.snapshot, node.node->name)) {
      guarded(node, "", [&] { node.kept->restoreAll(kept->bytes, kept->schema, runner_); });
      return;
    }
    for (const auto& kept : unsaved_)
      if (!all && kept.name == node.node->name) node.kept->restoreAll(kept.bytes, kept.schema, runner_);
  }
  void restoreBatch(const FileRecord& record, bool all) const {
    const auto payload = BasicJournalContent<Use>::payloadOf(record);
    const Batch batch{record.seq, {payload.time}, payload.attempt, record.epoch};
    for (const auto& [name, change] : payload.nodes)
      if (const auto* node = job_.find(name); node != nullptr && (all || !node->kept->undoes()))
        guarded(*node, ", batch " + std::to_string(record.seq), [&] { node->kept->restoreChange(change, batch, runner_); });
  }
  template <class Body>
  void guarded(const typename Job::Node& node, const std::string& where, const Body& body) const {
    try {
      body();
    } catch (const DecodeError& error) {
      refuseCheckpoint(directory_, "\"" + node.node->name + "\"" + where + ": " + error.what());
    }
  }

  const Job& job_;
  const Recovery& known_;
  const KeptNodes& unsaved_;
  const std::string directory_;
  const RunnerRef runner_;
};

}  // namespace dstream::inline v0::detail
