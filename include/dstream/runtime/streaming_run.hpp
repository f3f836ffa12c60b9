// SPDX-License-Identifier: BSL-1.0
#pragma once
// StreamingRun: what exists between the start and the stop of a streaming context: clock, scheduler, memory and running inputs.

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/runtime/batch_clock.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/committer.hpp>
#include <dstream/runtime/configuration.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/metrics.hpp>
#include <dstream/runtime/scheduler.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0::detail {

/// **meaning** `prepare` checks the graph and makes the parts, `begin` sets them going, `drain` waits for what was received, `halt` ends what runs, in
/// whatever state the start had reached. **threads** prepare, begin, drain, halt: one at a time. The rest: any, once prepared.
template <class Use = OnUse>
class BasicStreamingRun {
  using BlockPool = BasicBlockPool<Use>;
  using BatchClock = BasicBatchClock<Use>;
  using EventBus = BasicEventBus<Use>;
  using Committer = BasicCommitter<Use>;
  using Graph = BasicGraph<Use>;
  using Runtime = BasicRuntime<Use>;
  using Scheduler = BasicScheduler<Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;
  using RunningInputs = Deferred<std::vector<Input*>, Use>;

 public:
  using Inputs = Deferred<std::vector<std::shared_ptr<Input>>, Use>;

  BasicStreamingRun(World& world, const Configuration& configuration, EventBus& events, Graph& graph, Nanos interval)
      : world_(world), configuration_(configuration), events_(events), graph_(graph), interval_(interval) {}

  /// **errors** std::invalid_argument: no outputs, two nodes or outputs of one name, too little memory for the receivers.
  void prepare(RunnerRef workers, const Inputs& inputs, Nanos remember) {
    if (graph_.outputs().empty()) throw std::invalid_argument("dstream: No output operations registered, so nothing to execute; end a stream with print() or foreachRDD(f)");
    const Nodes nodes = graph_.reachable();
    requireDistinctNames(nodes);

    const Nanos zero = BatchClock::lastMultiple(world_.now(Clock::Wall), interval_);
    typename Committer::Resume resume{.zero = {zero}, .last = {zero}};
    if (committer_ != nullptr) resume = committer_->open(nodes, interval_, {zero}, configuration_.ordered ? 8 : workers.slots());
    before_ = resume.last.nanoseconds;
    runner_.emplace(workers, world_.random(), configuration_.ordered, resume.partitions, configuration_.tableMemory);
    pool_ = std::make_shared<BlockPool>(world_, configuration_.blockMemory,
                                        configuration_.blockBytes <= configuration_.maxRecordBytes ? configuration_.blockBytes : configuration_.maxRecordBytes + 1);
    runtime_.emplace(Runtime{world_, configuration_, events_, pool_, RunnerRef(*runner_), [this](std::exception_ptr error) { scheduler_->report(std::move(error)); }});
    runtime_->repeats = committer_ != nullptr;
    runtime_->interval = interval_;
    if (committer_ != nullptr) runtime_->checkpoint = committer_->directory();
    scheduler_.emplace(world_, graph_, events_, *runner_, configuration_.onFailure);
    scheduler_->remembering(nodes);
    scheduler_->telling([this](const BatchInfo& info) {
      for (Input* input : running_) input->completed(info);
    });
    for (const auto& input : inputs)
      for (const NodeBase* node : nodes)
        if (node == &input->node()) running_.push_back(input.get());
    requireMemory();
    clock_.emplace(world_, interval_, running_, configuration_.maxBatchBytes, *scheduler_, events_);
    if (committer_ != nullptr) {
      clock_->resume(resume, *committer_);
      scheduler_->committing(*committer_);
    }
    for (NodeBase* node : nodes) {
      node->begin(clock_->zero());
      node->remember = remember;
    }
  }
  /// Batches are made durable by this one. Before prepare.
  void commitBy(std::shared_ptr<Committer> committer) { committer_ = std::move(committer); }
  [[nodiscard]] bool commits() const { return committer_ != nullptr; }

  void begin() {
    world_.spawn(events_, Lane::Events);
    events_.post(StreamingStarted{{world_.now(Clock::Wall)}});
    world_.spawn(*scheduler_, Lane::Jobs);
    for (Input* input : running_) {
      started_.push_back(input);
      input->start(*runtime_);
    }
    if (committer_ != nullptr) committer_->restore(RunnerRef(*runner_));
    world_.spawn(*clock_, Lane::Io);
  }

  /// Every source finished, and what they gave has been processed.
  [[nodiscard]] bool done() const { return clock_->done() && scheduler_->completed() >= clock_->formed(); }
  /// The most recent error of an output or a receiver. It outlives the stop.
  [[nodiscard]] std::exception_ptr error() const { return scheduler_ ? scheduler_->error() : nullptr; }
  void report(std::exception_ptr error) {
    if (scheduler_) scheduler_->report(std::move(error));
  }
  [[nodiscard]] bool calledFromOutput() const { return scheduler_ && scheduler_->calledFromOutput(); }
  void measure(BasicMetrics<Use>& metrics) const {
    if (!clock_) return;  // the start failed
    scheduler_->measure(metrics);
    metrics.formed = clock_->formed();
    metrics.bytesHeld = pool_->bytesHeld();
    metrics.bytesBound = pool_->bound();
    const Nanos lag = world_.now(Clock::Wall) - (metrics.completed == 0 ? before_ : metrics.time.nanoseconds);
    metrics.lag = lag > 0 ? lag : 0;  // a clock that was set back
  }
  /// What runs ends before its next task.
  void cancel() {
    runner_->cancel();
    hurry(true);
  }

  /// Receivers first, then one tick after another until nothing is left, then the last batch. False when the time ran out.
  bool drain(Nanos deadline) {
    for (Input* input : running_) input->requestStop();
    clock_->drain();
    world_.wake(*clock_);
    bool complete = false;
    try {
      complete = world_.await([this] { return done() || scheduler_->halted(); }, deadline) && done();
    } catch (...) {  // what remains of the stop goes on
      events_.post(Warning{"graceful stop: a part of the runtime failed: " + whatOf(std::current_exception())});
      report(std::current_exception());
    }
    if (!complete) events_.post(Warning{"graceful stop: the time ran out, or a failed batch had ended the work, before everything received was processed"});
    return complete;
  }

  /// In a forked child, instead of halt: what is durable is the parent's to close.
  void abandon() { static_cast<void>(new std::shared_ptr<Committer>(committer_)); }

  /// Ends everything that runs, in whatever state the start had reached. Graceful, as far as that goes here: what waited for its commit is committed.
  StopReport halt() {
    StopReport report;
    const auto drop = [&] {
      if (!scheduler_) return;
      for (const BatchInfo& batch : scheduler_->halt()) {
        ++report.droppedBatches;
        for (const InputInfo& input : batch.inputs)
          if (receives(input.id)) report.droppedBytes += input.to - input.from;
      }
    };
    if (runner_) cancel();
    drop();
    if (clock_) world_.retire(*clock_);
    for (Input* input : started_) input->requestStop();
    if (scheduler_) world_.retire(*scheduler_);  // before close: a batch that begins just now asks its inputs for what they planned
    drop();  // what the clock still formed, and the batch that was cut short
    report.graceful = closeCommitter();
    hurry(false);
    for (Input* input : started_) report.droppedBytes += input->close();
    started_.clear();
    if (pool_) pool_->close();
    if (runner_) runner_->retire();
    return report;
  }

 private:
  /// Positions in it are bytes.
  [[nodiscard]] bool receives(std::size_t id) const {
    for (const Input* input : started_)
      if (input->id == id) return input->hasReceiver();
    return false;
  }
  void hurry(bool now) {
    for (const auto& output : graph_.outputs())
      if (Decider* decider = output->decider()) decider->hurry(now);
  }
  /// False when it failed.
  bool closeCommitter() {
    if (committer_ == nullptr) return true;
    try {
      committer_->close();
      return true;
    } catch (...) {
      events_.post(Warning{"what waited for its commit is not committed, or not shown yet: " + detail::whatOf(std::current_exception())});
      if (scheduler_) scheduler_->report(std::current_exception());
      return false;
    }
  }

  void requireDistinctNames(const Nodes& nodes) const {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (!nodes[i]->name.empty() && nodes[i]->name == nodes[j]->name)
          throw std::invalid_argument("dstream: two nodes are named \"" + nodes[i]->name + "\"; names tell nodes apart and must differ");
    for (const auto& output : graph_.outputs())
      for (const auto& other : graph_.outputs())
        if (output != other && output->name == other->name)
          throw std::invalid_argument("dstream: two outputs are named \"" + output->name + "\"; names tell outputs apart and must differ");
  }

  /// Each receiver must be able to hold its longest line and a copy of it, or one could wait for ever for memory that others hold idly.
  void requireMemory() const {
    std::size_t receivers = 0;
    for (const Input* input : running_) receivers += input->hasReceiver() ? 1U : 0U;
    const std::size_t line = configuration_.maxRecordBytes < configuration_.blockBytes ? configuration_.blockBytes : configuration_.maxRecordBytes;
    if (receivers != 0 && configuration_.blockMemory / receivers / 2 < line)
      throw std::invalid_argument("dstream: blockMemory is too small for " + std::to_string(receivers) +
                                  " receivers; it must be at least 2 times maxRecordBytes (and blockBytes) for each");
  }

  World& world_;
  const Configuration& configuration_;
  EventBus& events_;
  Graph& graph_;
  const Nanos interval_;
  Nanos before_ = 0;  // the time of the last batch of an earlier run, or the start
  RunningInputs running_;
  RunningInputs started_;
  std::shared_ptr<Committer> committer_;
  Deferred<std::optional<CancellableRunner>, Use> runner_;
  std::shared_ptr<BlockPool> pool_;
  std::optional<Runtime> runtime_;
  std::optional<Scheduler> scheduler_;
  std::optional<BatchClock> clock_;
};
using StreamingRun = BasicStreamingRun<>;

}  // namespace dstream::inline v0::detail
