// SPDX-License-Identifier: BSL-1.0
#pragma once
// Standing: where an earlier run of a job stood, once its directory and its database agree.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/checkpoint/job.hpp>
#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/options.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0::detail {

[[noreturn]] inline void refuseCheckpoint(const std::string& directory, const std::string& why) {
  throw CheckpointError("dstream: the checkpoint in " + directory + " cannot be used: " + why);
}

/// **errors** CheckpointError, naming the directory, where it is another job's, does not fit the program, or the database knows otherwise.
template <class Use = OnUse>
class BasicStanding {
  using Job = BasicCheckpointedJob<Use>;
  using Recovery = BasicRecovery<Use>;

 public:
  /// asked: job and interval of this run. position: what the database says, if one decides.
  BasicStanding(const Recovery& found, const Job& job, const CheckpointOptions& options, const JobFacts& asked, const Decider::Position& position, const std::string& directory)
      : facts(found.snapshot.facts), committed(found.last()), epoch(found.highestEpoch() + 1) {
    if (facts.job != asked.job) refuseCheckpoint(directory, "it is the job \"" + facts.job + "\", and this is \"" + asked.job + "\"");
    if (facts.interval != asked.interval)
      refuseCheckpoint(directory, "its batch interval is " + std::to_string(facts.interval) + " ns, and this stream's " + std::to_string(asked.interval) + " ns");
    job.requireFits(found.snapshot, options, directory);
    if (job.decider != nullptr)
      agree(found, job.decider->name(), position, directory);
    else
      decideAlone(found, directory);
    requireShows(found, job, options, directory);
    if (const FileRecord* last = found.batch(committed)) facts.time = found.journal.payloadOf(*last).time;
    changed = changed || found.snapshot.nodes.size() != job.nodes.size();
    for (const auto& node : job.nodes) {
      const auto* kept = Job::find(found.snapshot, node.node->name);
      changed = changed || kept == nullptr || kept->schema != node.kept->schema();
    }
    for (std::uint64_t seq = committed + 1; const FileRecord* record = found.plan(seq); ++seq) {
      const auto payload = found.journal.payloadOf(*record);
      planned.push_back({seq, {payload.time}, payload.attempt + 1, epoch});
    }
  }

  JobFacts facts;  // time: of the last committed batch
  std::uint64_t committed;
  std::uint64_t epoch;  // this run's
  bool changed = false;  // other nodes or schemas than in the snapshot, or fewer outputs
  bool alone = false;    // a database decided once, and does so no more
  Deferred<std::vector<Batch>, Use> planned;  // shown to somebody perhaps, and to come again

 private:
  /// Without a database the last batch counts as committed. A database that was taken away knew of all of them, or nobody can tell.
  void decideAlone(const Recovery& found, const std::string& directory) {
    alone = found.alone || found.decided;
    if (found.decided && committed > found.known)
      refuseCheckpoint(directory, "a database decided this job's batches and this program has none, so whether batch " + std::to_string(committed) +
                                      " was committed is not known; start it with its database once more");
  }
  /// All that may still have to be shown has its output; with a snapshot all before it is.
  void requireShows(const Recovery& found, const Job& job, const CheckpointOptions& options, const std::string& directory) {
    for (const FileRecord& record : found.batches) {
      if (record.seq <= found.snapshot.seq || record.seq > committed) continue;
      const auto payload = found.journal.payloadOf(record);
      for (const std::string_view name : payload.staged) changed = !job.requireShows(name, record.seq, options, directory) || changed;
    }
  }
  /// The database says what was committed; the journal must have it.
  void agree(const Recovery& found, const std::string& name, const Decider::Position& position, const std::string& directory) {
    const auto disagree = [&](const std::string& how) { refuseCheckpoint(directory, name + " and the journal disagree, " + how + ": one of them was lost, restored or belongs to another job"); };
    if (!position.known) disagree("it has never heard of the job");
    if (position.seq > found.last()) disagree("it has committed batch " + std::to_string(position.seq) + " and the journal ends with " + std::to_string(found.last()));
    if (found.alone && position.seq != found.last())
      refuseCheckpoint(directory, name + " ends with batch " + std::to_string(position.seq) + ", and the job went on to batch " + std::to_string(found.last()) + " without it");
    if (position.seq < found.snapshot.seq || position.seq < found.known) disagree("it ends with batch " + std::to_string(position.seq) + " and is known to have committed more");
    if (position.epoch < epoch) disagree("its epoch is " + std::to_string(position.epoch) + " and the journal's " + std::to_string(epoch - 1));
    committed = position.seq;
    epoch = position.epoch;
    const FileRecord* last = found.batch(committed);
    if (last != nullptr && crc32c(last->payload) != position.checksum) disagree("batch " + std::to_string(committed) + " is another one there");
  }
};
using Standing = BasicStanding<>;

}  // namespace dstream::inline v0::detail
