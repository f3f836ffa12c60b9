// SPDX-License-Identifier: BSL-1.0
#pragma once
// Attempt: what is done with a batch once, up to its commit.

#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/runtime/cancellable_runner.hpp>
#include <dstream/runtime/committer.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/output_times.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0::detail {

/// **meaning** makes the outputs' jobs of a batch and runs them, and has its nodes compute what they still keep for the next one. Under a committer
/// in the order that lets all of it be taken back: first the outputs that repeat, then those that only stage, and the transactional ones once all else is durable.
/// **errors** are told to `failed`, each as it happens, counted in the batch's failedOutputs, and posted. **threads** the jobs lane.
template <class Use>
class BasicAttempt {
  using EventBus = BasicEventBus<Use>;
  using Graph = BasicGraph<Use>;
  using Committer = BasicCommitter<Use>;
  using Info = Deferred<BatchInfo, Use>;
  using Jobs = Deferred<BatchVector<std::unique_ptr<Job>>, Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;

 public:
  BasicAttempt(World& world, Graph& graph, EventBus& events, CancellableRunner& runner, OutputTimes<Use>& times, Function<void(std::exception_ptr)> failed)
      : world_(world), graph_(graph), events_(events), runner_(runner), times_(times), failed_(std::move(failed)) {}

  /// Outputs and nodes once. False when a stop cut it short.
  bool run(Info& info, const Nodes& nodes, Committer* committer) {
    const Running inside(*this);
    Jobs jobs;
    if (!generate(info, nodes, jobs)) return !info.cutShort;
    if (committer != nullptr && !tries(info, [&] { committer->plan(info.batch); })) return true;
    if (!runJobs(info, jobs, SinkClass::AtLeastOnce) || !runJobs(info, jobs, SinkClass::Staged)) return false;
    if (committer == nullptr) {
      if (!runJobs(info, jobs, SinkClass::Transactional)) return false;
      jobs.clear();
      if (info.failedOutputs == 0) finish(info, nodes);
      return !info.cutShort;
    }
    if (info.failedOutputs != 0 || !finish(info, nodes) || !prepare(info, jobs)) return !info.cutShort;
    if (!tries(info, [&] { committer->begin(info.batch); })) return true;
    return runJobs(info, jobs, SinkClass::Transactional);
  }

  /// False when `body` throws.
  template <class Body>
  bool tries(Info& info, const Body& body) {
    try {
      body();
      return true;
    } catch (...) {
      failed(info);
      return false;
    }
  }

  /// On this thread, somewhere up the stack.
  [[nodiscard]] bool runsHere() const { return running_ == this; }

 private:
  /// Whoever leaves, by an exception too, is not running any more.
  struct Running {
    explicit Running(const BasicAttempt& attempt) : outer(std::exchange(running_, &attempt)) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { running_ = outer; }
    const BasicAttempt* outer;
  };

  /// All outputs' jobs, null where a stream has no batch. One failure, or a stop, and no output of this batch runs; but what can take the batch has taken it: the
  /// windows of other branches hold it.
  bool generate(Info& info, const Nodes& nodes, Jobs& jobs) {
    return triesWhole(info, [&] {
      advance(info.batch, nodes);
      jobs.reserve(graph_.outputs().size());
      for (const auto& output : graph_.outputs()) jobs.push_back(output->generate(info.batch));
    });
  }

  /// All nodes; then throws the first error.
  static void advance(const Batch& batch, const Nodes& nodes) {
    std::exception_ptr error;
    for (NodeBase* node : nodes) {
      try {
        node->advance(batch);
      } catch (const BatchCancelled&) {
        throw;
      } catch (...) {
        node->fail(batch, std::current_exception());
        if (error == nullptr) error = std::current_exception();
      }
    }
    if (error != nullptr) std::rethrow_exception(error);
  }

  /// False when a stop cut it short.
  bool runJobs(Info& info, Jobs& jobs, SinkClass sinks) {
    for (std::size_t id = 0; id < jobs.size(); ++id) {
      if (graph_.outputs()[id]->sinkClass() != sinks) continue;
      if (runner_.cancelled()) return false;
      if (jobs[id] != nullptr && !runJob(info, id, *jobs[id])) return false;
    }
    return true;
  }
  bool runJob(Info& info, std::size_t id, Job& job) {
    const std::string& outputName = graph_.outputs()[id]->name;
    if (events_.listened()) events_.post(OutputStarted{info.batch, id, outputName});
    const Nanos began = world_.now(Clock::Steady);
    std::string failure;
    bool whole = true;
    try {
      job.run();
      whole = !runner_.refused();  // a function of the user's that catches everything may have swallowed it
    } catch (const BatchCancelled&) {
      whole = false;
    } catch (...) {
      whole = !runner_.refused();
      if (whole) failure = whatOf(count(info));
    }
    if (!whole) failure = "cut short by a stop";
    const Nanos duration = world_.now(Clock::Steady) - began;
    times_.note(id, duration, whole && !failure.empty());
    if (!failure.empty() || events_.listened()) events_.post(OutputCompleted{info.batch, id, outputName, duration, std::move(failure)});
    return whole;
  }

  // What the nodes still had to compute, and what jobs do before the unit of the transactional ones begins: false when it failed, or a stop cut it short.

  bool finish(Info& info, const Nodes& nodes) {
    return triesWhole(info, [&] {
      for (NodeBase* node : nodes) node->finish(info.batch);
    });
  }
  bool prepare(Info& info, Jobs& jobs) {
    return triesWhole(info, [&] {
      for (const auto& job : jobs)
        if (job != nullptr) job->prepare();
    });
  }
  template <class Body>
  bool triesWhole(Info& info, const Body& body) {
    try {
      body();
      info.cutShort = runner_.refused();
      return !info.cutShort;
    } catch (const BatchCancelled&) {
      info.cutShort = true;
    } catch (...) {
      info.cutShort = runner_.refused();
      if (!info.cutShort) failed(info);
    }
    return false;
  }

  void failed(Info& info) { events_.post(BatchFailed{info.batch, whatOf(count(info))}); }
  std::exception_ptr count(Info& info) {
    ++info.failedOutputs;
    failed_(std::current_exception());
    return std::current_exception();
  }

  static constinit inline thread_local const BasicAttempt* running_ = nullptr;

  World& world_;
  Graph& graph_;
  EventBus& events_;
  CancellableRunner& runner_;
  OutputTimes<Use>& times_;
  Function<void(std::exception_ptr)> failed_;
};

}  // namespace dstream::inline v0::detail
