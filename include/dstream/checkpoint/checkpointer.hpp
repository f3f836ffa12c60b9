// SPDX-License-Identifier: BSL-1.0
#pragma once
// Checkpointer: the Committer of a stream with a checkpoint directory. One commit point per batch: the journal's sync, or the database's COMMIT.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/job.hpp>
#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/opening.hpp>
#include <dstream/checkpoint/options.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/checkpoint/restorer.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/checkpoint/snapshot_writer.hpp>
#include <dstream/checkpoint/standing.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/committer.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0::detail {

template <class Use = OnUse>
class BasicCheckpointer final : public BasicCommitter<Use> {
  using Graph = BasicGraph<Use>;
  using Job = BasicCheckpointedJob<Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;
  using Payload = BasicBatchPayload<Use>;
  using Recovery = BasicRecovery<Use>;
  using Restorer = BasicRestorer<Use>;
  using Writer = BasicSnapshotWriter<Use>;

 public:
  using typename BasicCommitter<Use>::Resume;

  BasicCheckpointer(World& world, BasicEventBus<Use>& events, Graph& graph, std::string job, const std::string& directory, CheckpointOptions options)
      : world_(world), events_(events), graph_(graph), options_(std::move(options)), directory_(world.files(), directory), writer_(world, events, directory) {
    facts_.job = std::move(job);
    if (options_.commitEvery == 0) throw std::invalid_argument("dstream: commitEvery must be at least 1");
    if (options_.pause.count() < 0) throw std::invalid_argument("dstream: the pause before a repetition must not be negative");
  }

  /// As the option says. Before open.
  void createOnError() { options_.createOnError = true; }

  [[nodiscard]] std::string directory() const override { return directory_.path(); }

  Resume open(const Nodes& nodes, std::int64_t interval, Time zero, std::size_t partitions) override {
    job_.collect(graph_, nodes);
    world_.files().makePrivateDirectory(directory_.path());
    world_.files().syncDirectory(directory_.parent());  // or all of it could be gone after a crash of the machine
    try {
      lock_ = world_.files().lock(directory_.lock());
    } catch (const FileError& error) {
      if (error.why() != FileError::Why::Locked) throw;
      throw CheckpointError("dstream: the checkpoint in " + directory_.path() + " is in use: another stream, of this process or another one, has it");
    }
    facts_.interval = interval;
    BasicOpening<Use> opening(directory_, job_, options_, facts_, events_);
    if (opening.standing) {
      recovered_ = std::move(opening.recovered);
      facts_ = opening.standing->facts;
      committed_ = opening.standing->committed;
      epoch_ = opening.standing->epoch;
      changed_ = opening.standing->changed;
      alone_ = opening.standing->alone;
      planned_ = std::move(opening.standing->planned);
    } else {
      facts_.zero = facts_.time = zero.nanoseconds;
      facts_.partitions = partitions;
      epoch_ = job_.decider != nullptr ? opening.position.epoch : directory_.unreadable + 1;  // stages of the one that was set aside are not taken for this one's
    }
    return {committed_, epoch_, {facts_.zero}, {facts_.time}, static_cast<std::size_t>(facts_.partitions), recovered_.has_value()};
  }

  void restore(RunnerRef runner) override {
    runner_ = runner;
    for (const std::string& name : directory_.temporary) world_.files().remove(directory_.below(name));
    for (const auto& one : job_.staged) one.output->beginJob(facts_.job);
    if (recovered_) {
      for (const auto& one : job_.staged) one.output->verify({committed_, {facts_.time}, 1, epoch_});
      for (const auto& node : job_.nodes)
        if (!node.kept->undoes() && Job::find(recovered_->snapshot, node.node->name) == nullptr) unsaved_.push_back(keptOf(node));
      const Restorer restorer(job_, *recovered_, unsaved_, directory_.path(), runner);
      restorer.restore(committed_);
      for (const Batch& batch : planned_) restorer.replan(batch);
      beginEpoch(recovered_->oldest + 1);
      publishRecovered();
      if (changed_ && committed_ != recovered_->snapshot.seq) snapshotNow();
    } else {
      for (const auto& one : job_.staged) one.output->recover({0, {facts_.time}, 1, epoch_});  // what an earlier job of the name has left there
      snapshotNow();
      beginEpoch(1);
    }
    for (const auto& node : job_.nodes) node.kept->noteChanges();
    events_.post(CheckpointOpened{directory_.path(), epoch_, committed_, {facts_.time}, recovered_ ? committed_ - recovered_->snapshot.seq : 0, recovered_ ? recovered_->journal.torn() : 0});
    recovered_.reset();
    world_.spawn(writer_, Lane::Background);
    spawned_ = true;
  }

  [[nodiscard]] const Batch* planned(std::uint64_t seq) const override {
    for (const Batch& batch : planned_)
      if (batch.seq == seq) return &batch;
    return nullptr;
  }

  void plan(const Batch& batch) override {
    if (!job_.plans) return;
    std::string payload;
    encode(batch, {}, true, payload);
    orBreak([&] {
      requireHeld();
      journal_->put(RecordKind::Plan, batch.seq, payload);
      journal_->sync();
    });
  }

  void begin(const Batch& batch) override {
    if (job_.decider == nullptr) return;
    begun_ = true;
    job_.decider->begin(batch);
  }

  void commit(const Batch& batch, const std::string& skipped) override {
    if (!undecided_) {
      std::string payload;
      encode(batch, skipped, false, payload);
      orBreak([&] {
        journal_->put(RecordKind::Batch, batch.seq, payload);
        journal_->flush();
      });
      unit_.push_back({batch, crc32c(payload), !skipped.empty()});
    }
    if (unit_.size() >= options_.commitEvery) decide();
    begun_ = false;
    facts_.time = batch.time.nanoseconds;
  }

  void rollback(const Batch& batch) override {
    if (std::exchange(begun_, false)) job_.decider->rollback();
    if (broken_) return;  // the batch may be committed for all that is known: its stage must stay
    for (const auto& one : job_.staged) one.output->abort(batch);
    reload();
  }

  void settle(const Batch&) override {
    if (!unit_.empty()) return;
    publishAll();
    for (const auto& node : job_.nodes) node.kept->settled();
    if (journal_->bytes() - begunAt_ < threshold() || !writer_.idle()) return;
    auto task = taken();
    nextSegment();
    writer_.give(std::move(task));
  }

  void close() override {
    std::exception_ptr error;
    if (std::exchange(spawned_, false)) {
      world_.retire(writer_);
      try {
        if (!broken_ && !undecided_ && !unit_.empty()) decide();
        if (!broken_) publishAll();
      } catch (...) {
        error = std::current_exception();
      }
    }
    journal_.reset();
    if (job_.decider != nullptr) job_.decider->close();
    lock_.reset();
    if (error) std::rethrow_exception(error);
  }

  [[nodiscard]] bool broken() const override { return broken_; }
  [[nodiscard]] bool undecided() const override { return undecided_; }
  [[nodiscard]] std::uint32_t repeats() const override { return options_.repeats; }
  [[nodiscard]] bool skips() const override { return options_.afterRepeats == AfterRepeats::Skip; }
  [[nodiscard]] Nanos pause(std::uint32_t failures) const override {
    const Nanos first = options_.pause.count();
    Nanos pause = first;
    for (std::uint32_t i = 1; i < failures && pause < longestPause / 2; ++i) pause *= 2;
    return pause > longestPause && first < longestPause ? longestPause : pause;
  }

 private:
  static constexpr Nanos longestPause = 60'000'000'000;

  struct Committed {
    Batch batch;
    std::uint32_t checksum;
    bool skipped;
  };

  [[noreturn]] void refuse(const std::string& why) const { refuseCheckpoint(directory_.path(), why); }

  /// What fails here may or may not be on the disk: nothing follows it.
  template <class Body>
  void orBreak(const Body& body) {
    try {
      body();
    } catch (...) {
      broken_ = true;
      throw;
    }
  }

  /// Locked is a file, and not the name by which the next process finds it: in a directory that was removed or replaced this one would go on for nobody, and another
  /// one begin the job anew beside it.
  void requireHeld() const {
    try {
      if (lock_->isAt(directory_.lock())) return;
    } catch (const FileError& error) {  // a disk or network that does not answer now has not said that it is gone
      return events_.post(Warning{std::string("whether the checkpoint is still in its place is not known: ") + error.what()});
    }
    refuse("it was removed, moved or replaced while the job ran: its LOCK is not the one that this process holds");
  }

  // --- recovery ---

  /// A segment of this epoch with all that a later recovery may need; older epochs' are needed no more.
  void beginEpoch(std::uint64_t from) {
    journal_.emplace(directory_, JournalName{from, epoch_}, world_.random());
    putDecider();
    if (recovered_) {
      for (const FileRecord& record : recovered_->batches)
        if (record.seq >= from && record.seq <= committed_) journal_->copy(record);
      for (const Batch& batch : planned_) journal_->copy(*recovered_->plan(batch.seq));
    }
    journal_->show();
    begunAt_ = journal_->bytes();
    for (const JournalName& name : directory_.journals)
      if (name.epoch != epoch_) world_.files().remove(directory_.journal(name));
    if (recovered_) {
      for (const std::uint64_t seq : recovered_->damagedSeqs) world_.files().remove(directory_.snapshot(seq));
      for (const std::string& why : recovered_->damaged) events_.post(Warning{"a damaged snapshot is passed over: " + why});
    }
  }

  /// Each segment says whether a database decides, or has done so.
  void putDecider() {
    if (job_.decider != nullptr || alone_) journal_->put(RecordKind::Known, committed_, job_.decider != nullptr ? "" : journalAlone);
  }

  /// All that have a stage of it: in earlier builds' journals an output's name may have become another's.
  void publishRecovered() {
    for (const FileRecord& record : recovered_->batches) {
      if (record.seq > committed_) continue;
      const Payload payload = recovered_->journal.payloadOf(record);
      if (payload.staged.empty()) continue;
      for (const auto& one : job_.staged) one.output->publish({record.seq, {payload.time}, payload.attempt, record.epoch});
    }
    for (const auto& one : job_.staged) one.output->recover({committed_, {facts_.time}, 1, epoch_});
  }

  /// Nodes that cannot take a batch back stand as after the last one again.
  void reload() {
    bool needed = false;
    for (const auto& node : job_.nodes) needed = needed || !node.kept->undoes();
    if (!needed) return;
    const Lock lock(writer_.trimming());
    BasicCheckpointDirectory<Use> directory(world_.files(), directory_.path());
    directory.list();
    const Recovery known(directory);
    Restorer(job_, known, unsaved_, directory_.path(), runner_).reload(unit_.empty() ? committed_ : unit_.back().batch.seq);
  }

  // --- batches ---

  void encode(const Batch& batch, const std::string& skipped, bool sourcesOnly, std::string& out) {
    changes_.clear();
    changes_.resize(job_.nodes.size());
    Payload payload;
    payload.time = batch.time.nanoseconds;
    payload.attempt = batch.attempt;
    payload.skipped = skipped;
    for (std::size_t i = 0; i < job_.nodes.size(); ++i) {
      const auto& node = job_.nodes[i];
      if ((sourcesOnly || !skipped.empty()) && !node.kept->isSource()) continue;
      node.kept->saveChange(batch, changes_[i]);
      payload.nodes.push_back({node.node->name, changes_[i]});
    }
    if (!sourcesOnly && skipped.empty())
      for (const auto& one : job_.staged) payload.staged.push_back(one.target);
    Codec<Payload>::encode(payload, out);
  }

  /// The commit point of the batches that wait for it.
  void decide() {
    const Committed last = unit_.back();
    try {
      if (!undecided_) {
        orBreak([&] { requireHeld(); });
        if (job_.decider != nullptr) job_.decider->seal(last.batch, last.checksum);
        orBreak([&] { journal_->sync(); });
      }
      if (job_.decider != nullptr && !committedByDecider(last.batch)) refused(last.batch);
    } catch (...) {
      if (undecided_) throw;
      if (unit_.size() > 1) broken_ = true;  // the batches before this one count as done in memory
      unit_.clear();
      throw;
    }
    committed_ = last.batch.seq;
    for (const Committed& one : unit_)
      if (!one.skipped) unpublished_.push_back(one.batch);
    unit_.clear();
    decided_ = true;
  }

  [[noreturn]] void refused(const Batch& batch) const {
    const std::string why = job_.decider->refusal();
    throw std::runtime_error("dstream: " + job_.decider->name() + " did not commit batch " + std::to_string(batch.seq) + (why.empty() ? "" : ": ") + why);
  }
  bool committedByDecider(const Batch& batch) {
    undecided_ = false;
    try {
      return job_.decider->commit(batch);
    } catch (const NotCommitted&) {
      throw;
    } catch (const Outage&) {
      undecided_ = true;
      throw;
    } catch (...) {
      broken_ = true;
      throw;
    }
  }

  void publishAll() {
    if (std::exchange(decided_, false) && job_.decider != nullptr) orBreak([&] {
        journal_->put(RecordKind::Known, committed_, {});
        journal_->flush();
      });
    for (; published_ < unpublished_.size(); ++published_)
      for (const auto& one : job_.staged) one.output->publish(unpublished_[published_]);
    unpublished_.clear();
    published_ = 0;
  }

  // --- snapshots ---

  [[nodiscard]] std::uint64_t threshold() const {
    const std::uint64_t last = writer_.bytes();
    return last > options_.snapshotEvery ? last : options_.snapshotEvery;
  }
  /// All that is kept, between two batches.
  Deferred<std::unique_ptr<typename Writer::Task>, Use> taken() {
    auto task = std::make_unique<typename Writer::Task>();
    task->seq = committed_;
    task->epoch = epoch_;
    task->salt = world_.random();
    task->facts = facts_;
    for (const auto& node : job_.nodes) task->nodes.push_back(keptOf(node));
    return task;
  }
  KeptNode<std::string> keptOf(const typename Job::Node& node) const {
    KeptNode<std::string> kept{node.node->name, node.kept->schema(), {}};
    node.kept->saveAll(runner_, kept.bytes);
    return kept;
  }
  void snapshotNow() {
    const auto task = taken();
    writeSnapshot(directory_, task->seq, task->epoch, task->salt, task->facts, task->nodes);
  }
  void nextSegment() {
    orBreak([&] {
      requireHeld();
      journal_->sync();  // a segment that is not the last has no torn tail
      journal_.emplace(directory_, JournalName{committed_ + 1, epoch_}, world_.random());
      putDecider();
      journal_->show();
    });
    begunAt_ = journal_->bytes();
  }

  World& world_;
  BasicEventBus<Use>& events_;
  Graph& graph_;
  CheckpointOptions options_;
  BasicCheckpointDirectory<Use> directory_;
  Writer writer_;
  Job job_;
  JobFacts facts_;
  Deferred<std::unique_ptr<File>, Use> lock_;
  Deferred<std::optional<Recovery>, Use> recovered_;
  Deferred<std::vector<Batch>, Use> planned_;
  Deferred<std::vector<KeptNode<std::string>>, Use> unsaved_;  // what nodes began with that are new to the checkpoint, and cannot take a batch back
  bool changed_ = false;
  bool alone_ = false;
  bool spawned_ = false;
  RunnerRef runner_;

  std::uint64_t epoch_ = 0;
  std::uint64_t committed_ = 0;
  Deferred<std::optional<BasicJournalWriter<Use>>, Use> journal_;
  std::uint64_t begunAt_ = 0;
  Deferred<std::vector<std::string>, Use> changes_;
  Deferred<std::vector<Committed>, Use> unit_;  // in the journal, not decided
  Deferred<std::vector<Batch>, Use> unpublished_;
  std::size_t published_ = 0;
  bool decided_ = false;
  bool begun_ = false;
  bool broken_ = false;
  bool undecided_ = false;  // the decider was told to commit, and nobody knows whether it did
};
using Checkpointer = BasicCheckpointer<>;

}  // namespace dstream::inline v0::detail
