// SPDX-License-Identifier: BSL-1.0
#pragma once
// Opening: what the start of a job finds in its directory and hears from its database, before it writes anything.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/job.hpp>
#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/options.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/checkpoint/standing.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/event.hpp>

namespace dstream::inline v0::detail {

/// **meaning** the directory is read, or set aside where the options say so; then the database is asked, and afterwards no older process of the job can
/// commit. What is to be refused is refused before that, since a claim ends the process that the job belongs to.
/// **errors** CheckpointError where one of them cannot be read or they disagree.
template <class Use = OnUse>
class BasicOpening {
  using Directory = BasicCheckpointDirectory<Use>;
  using Job = BasicCheckpointedJob<Use>;

 public:
  /// asked: job and interval of this run.
  BasicOpening(Directory& directory, const Job& job, const CheckpointOptions& options, const JobFacts& asked, BasicEventBus<Use>& events)
      : directory_(directory), job_(job), options_(options), asked_(asked), events_(events) {
    directory_.list();
    if (!directory_.snapshots.empty() || !directory_.journals.empty()) read();
    if (job_.decider != nullptr) claim();
    if (recovered) standing.emplace(agreed(position));
  }
  BasicOpening(const BasicOpening&) = delete;
  BasicOpening& operator=(const BasicOpening&) = delete;

  /// What an earlier run has left, and where it stood; neither where the job begins.
  Deferred<std::optional<BasicRecovery<Use>>, Use> recovered;
  Deferred<std::optional<BasicStanding<Use>>, Use> standing;
  /// The database's word, if one decides.
  Decider::Position position;

 private:
  [[noreturn]] void refuse(const std::string& why) const { refuseCheckpoint(directory_.path(), why); }

  /// A database that has committed batches of what cannot be read is asked before it is set aside: a job that began anew would commit them once more.
  void read() {
    try {
      recovered.emplace(directory_);
    } catch (const CheckpointError& error) {
      if (!options_.createOnError) throw;
      if (const std::uint64_t seq = job_.decider != nullptr ? job_.decider->look(asked_.job).seq : 0; seq != 0)
        refuse("it cannot be read, and cannot begin anew, since " + job_.decider->name() + " has committed up to batch " + std::to_string(seq) + " of this job: " + error.what());
      directory_.setAside();
      events_.post(Warning{"the checkpoint in " + directory_.path() + " cannot be read, and the job begins anew; its files are kept, as unreadable-" +
                           std::to_string(directory_.unreadable) + "-…: " + error.what()});
    }
  }
  void claim() {
    Decider::Position seen = job_.decider->look(asked_.job);
    ++seen.epoch;  // as a claim would make it
    if (recovered)
      static_cast<void>(agreed(seen));
    else
      requireNone(seen);
    position = job_.decider->claim(asked_.job);
    directory_.list();
    if (recovered)
      recovered.emplace(directory_);  // until now an older process may have gone on
    else
      requireNone(position);
  }
  [[nodiscard]] BasicStanding<Use> agreed(const Decider::Position& with) const {
    return BasicStanding<Use>(*recovered, job_, options_, asked_, with, directory_.path());
  }
  void requireNone(const Decider::Position& with) const {
    if (with.seq != 0)
      refuse(job_.decider->name() + " has committed up to batch " + std::to_string(with.seq) + " of this job, and the directory is empty: one of them was lost or belongs to another job");
  }

  Directory& directory_;
  const Job& job_;
  const CheckpointOptions& options_;
  const JobFacts& asked_;
  BasicEventBus<Use>& events_;
};
using Opening = BasicOpening<>;

}  // namespace dstream::inline v0::detail
