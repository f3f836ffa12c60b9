// SPDX-License-Identifier: BSL-1.0
#pragma once
// checkpointInfo: what a checkpoint's directory holds, verified, without the program that wrote it.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

template <class Use = OnUse>
struct BasicCheckpointInfo {
  struct Node {
    std::string name;
    std::string schema;
    std::uint64_t snapshotBytes = 0;
    std::uint64_t changes = 0;  // batches behind the snapshot that changed it
    std::uint64_t changedBytes = 0;
  };

  std::string job;
  /// **units** nanoseconds.
  std::int64_t interval = 0;
  std::uint64_t epoch = 0;
  /// The snapshot that a recovery would begin with.
  std::uint64_t snapshot = 0;
  /// The last batch in the journal; where a database decides it may be one that was not committed.
  std::uint64_t last = 0;
  Time lastTime;
  /// Batches behind the snapshot that were given up.
  std::uint64_t skipped = 0;
  /// Batches that were about to run.
  std::uint64_t planned = 0;
  /// A write that a crash cut short. **units** bytes.
  std::uint64_t torn = 0;
  Deferred<std::vector<Node>, Use> nodes;
  /// What is wrong and can be done without: newer snapshots that are damaged.
  Deferred<std::vector<std::string>, Use> damaged;
};
using CheckpointInfo = BasicCheckpointInfo<>;

/// **meaning** reads snapshots and journal as a recovery does, every checksum included, and changes nothing. Of a job that runs it may find files gone.
/// **errors** CheckpointError, naming file and byte, where a recovery would refuse; FileError. **example** examples/checkpoint_info.cpp
template <class Use = OnUse>
[[nodiscard]] BasicCheckpointInfo<Use> checkpointInfo(Files& files, const std::string& directory) {
  detail::BasicCheckpointDirectory<Use> listed(files, directory);
  listed.list();
  if (listed.snapshots.empty() && listed.journals.empty()) throw CheckpointError("dstream: checkpoint: there is none in " + directory);
  const detail::BasicRecovery<Use> known(listed);

  BasicCheckpointInfo<Use> info;
  info.job = known.snapshot.facts.job;
  info.interval = known.snapshot.facts.interval;
  info.epoch = known.highestEpoch();
  info.snapshot = known.snapshot.seq;
  info.last = known.last();
  info.lastTime = {known.snapshot.facts.time};
  info.torn = known.journal.torn();
  info.damaged = known.damaged;
  for (const auto& node : known.snapshot.nodes) info.nodes.push_back({std::string(node.name), std::string(node.schema), node.bytes.size()});
  for (const auto& record : known.batches) {
    if (record.seq <= info.snapshot) continue;
    const auto payload = known.journal.payloadOf(record);
    info.lastTime = {payload.time};
    info.skipped += payload.skipped.empty() ? 0 : 1;
    for (const auto& [name, bytes] : payload.nodes)
      for (auto& node : info.nodes)
        if (node.name == name && !bytes.empty()) {
          ++node.changes;
          node.changedBytes += bytes.size();
        }
  }
  for (const auto& record : known.plans) info.planned += record.seq > info.last ? 1 : 0;
  return info;
}

}  // namespace dstream::inline v0
