// SPDX-License-Identifier: BSL-1.0
#pragma once
// Scheduler: runs the outputs of one batch after another, on the jobs lane.

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/attempt.hpp>
#include <dstream/runtime/cancellable_runner.hpp>
#include <dstream/runtime/committer.hpp>
#include <dstream/runtime/configuration.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/metrics.hpp>
#include <dstream/runtime/output_times.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/graph.hpp>
#include <dstream/stream/persistent.hpp>

namespace dstream::inline v0 {

namespace detail {
inline bool isOutage(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const Outage&) {
    return true;
  } catch (...) {
    return false;
  }
}
}  // namespace detail

template <class Use = OnUse>
class BasicScheduler final : public Actor {
  using EventBus = BasicEventBus<Use>;
  using Graph = BasicGraph<Use>;
  using Committer = BasicCommitter<Use>;
  using Info = Deferred<BatchInfo, Use>;
  using Batches = Deferred<std::vector<BatchInfo>, Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;

 public:
  BasicScheduler(World& world, Graph& graph, EventBus& events, CancellableRunner& runner, FailurePolicy onFailure)
      : world_(world),
        graph_(graph),
        events_(events),
        runner_(runner),
        onFailure_(onFailure),
        attempt_(world, graph, events, runner, times_, [this](std::exception_ptr error) { failed(std::move(error)); }) {}

  /// The nodes whose memory of a batch ends with it. Before the first submit.
  void remembering(Nodes nodes) { nodes_ = std::move(nodes); }
  /// Batches are committed by this one, and repeated when they fail. Before the first submit.
  void committing(Committer& committer) { committer_ = &committer; }

  /// Is told of each batch that was worked off, on the jobs lane. Before the first submit.
  void telling(Function<void(const BatchInfo&)> told) { told_ = std::move(told); }

  /// last: no batch comes after this one, and somebody may wait for its end.
  void submit(Info batch, bool last = false) {
    if (events_.listened()) events_.post(BatchSubmitted{batch});
    {
      const detail::Lock lock(mutex_);
      if (last) lastSeq_ = batch.batch.seq;
      queue_.push_back(std::move(batch));
    }
    world_.wake(*this);
  }

  Step step(World&) override {
    Info batch;
    {
      const detail::Lock lock(mutex_);
      if (halted_ || (queue_.empty() && !current_)) return Step::idle();
      if (current_ && world_.now(Clock::Steady) < again_) return Step::at(again_);
      if (current_) {
        batch = *std::move(current_);
        current_.reset();
      } else {
        batch = std::move(queue_.front());
        queue_.pop_front();
      }
    }
    if (deciding_) {
      decide(batch);
    } else if (!settling_) {
      run(batch);
    }
    if (settling_) settle(batch);
    return Step::ready();
  }

  /// Batches that nothing was done about yet.
  [[nodiscard]] std::size_t waiting() const {
    const detail::Lock lock(mutex_);
    return queue_.size();
  }
  /// seq of the last batch that was worked off. acquire: partner of the release in run, so who sees seq sees the batch's effects.
  [[nodiscard]] std::uint64_t completed() const { return completed_.load(detail::memory_order_acquire); }

  /// No further batch begins. Gives those that wait, and the one that was cut short, if any is known of by now.
  Batches halt() {
    const detail::Lock lock(mutex_);
    halted_ = true;
    Batches given = std::exchange(cutShort_, {});
    if (current_ && !settling_) given.push_back(*std::exchange(current_, std::nullopt));
    for (; !queue_.empty(); queue_.pop_front()) given.push_back(std::move(queue_.front()));
    return given;
  }
  /// A failed batch, or halt, ended the work.
  [[nodiscard]] bool halted() const {
    const detail::Lock lock(mutex_);
    return halted_;
  }
  /// What it knows of the batches so far.
  void measure(BasicMetrics<Use>& metrics) const {
    const detail::Lock lock(mutex_);
    metrics.completed = last_.batch.seq;
    metrics.time = last_.batch.time;
    metrics.schedulingDelay = last_.scheduling;
    metrics.processingDelay = last_.processing;
    times_.measure(graph_, metrics);
  }
  /// True in the call of an output's function, where a stop cannot wait for the batch to end.
  [[nodiscard]] bool calledFromOutput() const { return attempt_.runsHere() || runner_.calledFromTask(); }

  /// The most recent error of an output or of forming a batch, never cleared; null without one.
  [[nodiscard]] std::exception_ptr error() const {
    const detail::Lock lock(mutex_);
    return error_;
  }
  void report(std::exception_ptr error) {
    {
      const detail::Lock lock(mutex_);
      error_ = std::move(error);
    }
    world_.notify();
  }

 private:
  void run(Info& info) {
    if (info.started == 0) {
      info.started = world_.now(Clock::Wall);
      if (events_.listened()) events_.post(BatchStarted{info});
    }
    info.failedOutputs = 0;
    const bool whole = attempt_.run(info, nodes_, committer_);
    if (whole && committer_ != nullptr && info.failedOutputs == 0) commit(info);
    if (deciding_) return again(info, committer_->pause(++outages_));
    info.cutShort = !whole;
    if (!whole) {
      const detail::Lock lock(mutex_);
      cutShort_.push_back(info);
    }
    follow(info, whole);
  }

  /// Whether the batch is committed is asked again.
  void decide(BatchInfo& info) {
    commit(info);
    if (deciding_) return again(info, committer_->pause(outages_ < mostPauses ? ++outages_ : outages_));
    if (!skipped_.empty() && failure_ == nullptr) return skip(info);
    follow(info, true);
  }
  /// The outputs of the batch in hand have written.
  void commit(BatchInfo& info) {
    try {
      committer_->commit(info.batch, skipped_);
      deciding_ = false;
    } catch (...) {
      deciding_ = committer_->undecided();
      if (!deciding_) {
        ++info.failedOutputs;
        failed(std::current_exception());
      }
      const std::string text = detail::whatOf(std::current_exception());
      deciding_ ? events_.post(Warning{"whether batch " + std::to_string(info.batch.seq) + " is committed is not known yet, and is asked again: " + text})
                : events_.post(BatchFailed{info.batch, text});
    }
  }

  /// The attempt has ended, well or not.
  void follow(BatchInfo& info, bool whole) {
    const bool succeeded = whole && info.failedOutputs == 0;
    if (committer_ != nullptr && !succeeded) return undo(info, whole);
    for (NodeBase* node : nodes_) {
      succeeded ? node->commit(info.batch) : node->rollback(info.batch);
      node->forget(info.batch);
    }
    if (committer_ != nullptr) {
      settling_ = true;
      return;
    }
    conclude(info);
  }

  void conclude(Info& info) {
    failures_ = 0;
    outages_ = 0;
    info.ended = world_.now(Clock::Wall);
    {
      const detail::Lock lock(mutex_);
      last_ = {info.batch, info.schedulingDelay(), info.processingDelay()};
    }
    if (told_) told_(info);
    if (events_.listened()) events_.post(BatchCompleted{info});
    completed_.store(info.batch.seq, detail::memory_order_release);
    if (isLast(info.batch.seq)) world_.notify();
  }

  [[nodiscard]] bool isLast(std::uint64_t seq) const {
    const detail::Lock lock(mutex_);
    return seq == lastSeq_;
  }

  /// What a failed attempt did never happened; the batch comes again, is given up, or ends the work.
  void undo(Info& info, bool whole) {
    std::exception_ptr error = std::move(failure_);
    failure_ = nullptr;
    bool repeat = whole;
    try {
      for (NodeBase* node : nodes_) {
        node->rollback(info.batch);
        node->again(info.batch);
      }
      committer_->rollback(info.batch);
    } catch (const detail::BatchCancelled&) {
      whole = false;
    } catch (...) {  // nobody knows the state any more
      error = std::current_exception();
      repeat = false;
    }
    if (!whole) {
      info.ended = world_.now(Clock::Wall);
      events_.post(BatchCompleted{info});
      return end(nullptr);
    }
    if (!repeat || committer_->broken()) return end(error);
    const std::string text = detail::whatOf(error);
    const bool outage = detail::isOutage(error);
    if (outage || failures_++ < committer_->repeats()) {
      ++info.batch.attempt;
      skipped_.clear();
      events_.post(BatchRepeated{info.batch, text});
      return again(info, committer_->pause(!outage ? failures_ : outages_ < mostPauses ? ++outages_ : outages_));
    }
    if (!committer_->skips()) return end(error);
    skipped_ = text;
    if (attempt_.tries(info, [&] { committer_->begin(info.batch); })) commit(info);
    if (deciding_) return again(info, committer_->pause(++outages_));
    if (failure_ == nullptr) return skip(info);
    const std::exception_ptr obstacle = std::exchange(failure_, nullptr);
    if (!detail::isOutage(obstacle)) return end(obstacle);
    --failures_;  // comes here again
    failure_ = obstacle;
    undo(info, true);
  }
  /// The batch in hand is committed, as one that is given up.
  void skip(BatchInfo& info) {
    events_.post(BatchSkipped{info.batch, std::exchange(skipped_, {})});
    for (NodeBase* node : nodes_) {
      if (Persistent* kept = node->persistent(); kept != nullptr && kept->isSource()) node->commit(info.batch);
      node->forget(info.batch);
    }
    settling_ = true;
  }
  void again(Info& info, Nanos pause) {
    const detail::Lock lock(mutex_);
    again_ = world_.now(Clock::Steady) + pause;
    current_ = std::move(info);
  }
  /// No further batch; null: a stop wanted it so.
  void end(std::exception_ptr error) {
    {
      const detail::Lock lock(mutex_);
      halted_ = true;
    }
    if (error) report(std::move(error));
  }

  /// What follows a commit is not given up: it is tried until it succeeds, here or after a restart.
  void settle(Info& info) {
    try {
      committer_->settle(info.batch);
    } catch (const detail::BatchCancelled&) {  // a stop came in the way of a snapshot, which nothing depends on
    } catch (...) {
      const bool ends = committer_->broken();
      events_.post(Warning{"batch " + std::to_string(info.batch.seq) + " is committed, what must follow failed and is tried again" + (ends ? " after a restart: " : ": ") + detail::whatOf(std::current_exception())});
      if (ends) return end(std::current_exception());
      return again(info, committer_->pause(++failures_));
    }
    settling_ = false;
    conclude(info);
  }

  void failed(std::exception_ptr error) {
    if (committer_ != nullptr) {
      if (!failure_) failure_ = std::move(error);
      return;
    }
    if (onFailure_ == FailurePolicy::Stop) {
      const detail::Lock lock(mutex_);
      halted_ = true;
    }
    report(std::move(error));
  }

  /// The pause of an outage grows this often: from 0.1 s, as pauses begin, to 3.2 s.
  static constexpr std::uint32_t mostPauses = 6;

  World& world_;
  Graph& graph_;
  EventBus& events_;
  CancellableRunner& runner_;
  const FailurePolicy onFailure_;
  detail::OutputTimes<Use> times_;
  detail::BasicAttempt<Use> attempt_;
  Nodes nodes_;
  Function<void(const BatchInfo&)> told_;

  // the jobs lane's
  Committer* committer_ = nullptr;
  bool settling_ = false;            // the batch in hand is committed
  bool deciding_ = false;            // nobody knows whether it is
  std::string skipped_;              // why it is being given up
  std::uint32_t failures_ = 0;       // of the batch in hand
  std::uint32_t outages_ = 0;        // of the batch in hand, as far as pauses grow
  std::exception_ptr failure_;       // the first one of this attempt

  mutable detail::Mutex mutex_;
  Deferred<detail::Fifo<BatchInfo>, Use> queue_;
  Batches cutShort_;
  Deferred<std::optional<BatchInfo>, Use> current_;  // the batch in hand, while it waits for another attempt
  Nanos again_ = 0;
  std::uint64_t lastSeq_ = 0;
  bool halted_ = false;
  std::exception_ptr error_;
  struct {
    Batch batch = {};
    Nanos scheduling = 0;
    Nanos processing = 0;
  } last_;  // that was worked off
  detail::Atomic<std::uint64_t> completed_{0};
};
using Scheduler = BasicScheduler<>;

}  // namespace dstream::inline v0
