// SPDX-License-Identifier: BSL-1.0
#pragma once
// Graph: the inputs and outputs of one streaming context. Built before start, fixed afterwards.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/node.hpp>
#include <dstream/stream/sink.hpp>

namespace dstream::inline v0 {

/// A streaming context's life: only forward, and Stopped is final.
enum class StreamingContextState { Initialized, Active, Stopped };

/// **meaning** what one output does with one batch, ready to run.
class Job : public detail::Recycled {
 public:
  virtual ~Job() = default;
  /// What a transactional output can do before the transaction begins.
  virtual void prepare() {}
  virtual void run() = 0;
};

/// **meaning** an output operation: `generate` asks its stream for the batch and gives the job, or null when there is no batch.
class Output {
 public:
  virtual ~Output() = default;
  virtual std::unique_ptr<Job> generate(const Batch& batch) = 0;
  virtual void eachShared(VisitShared visit) = 0;

  [[nodiscard]] virtual SinkClass sinkClass() const { return SinkClass::AtLeastOnce; }
  /// Null, unless it is of that class.
  virtual StagedOutput* staged() { return nullptr; }
  virtual Decider* decider() { return nullptr; }

  std::string name;
  /// It was asked to write each batch exactly once.
  bool exactlyOnce = false;
  /// For plans.
  OperatorInfo operatorInfo{"output", Role::Output};
};

class Files;

/// **threads** built by one thread; read by the runtime after start.
template <class Use = OnUse>
class BasicGraph {
  using Outputs = Deferred<std::vector<std::unique_ptr<Output>>, Use>;
  using Nodes = Deferred<std::vector<NodeBase*>, Use>;

 public:
  /// Where outputs such as print() write.
  Function<void(std::string_view)> console;
  /// Where outputs such as saveAsTextFiles() write.
  Files* files = nullptr;

  [[nodiscard]] StreamingContextState state() const { return state_.load(detail::memory_order_acquire); }
  /// release: partner of state()'s acquire.
  void become(StreamingContextState state) { state_.store(state, detail::memory_order_release); }

  /// **errors** IllegalState unless the graph may still grow.
  void requireOpen(const char* what) const {
    if (state() == StreamingContextState::Active) throw IllegalState(std::string("dstream: adding ") + what + " after starting a StreamingContext is not supported");
    if (state() == StreamingContextState::Stopped) throw IllegalState(std::string("dstream: adding ") + what + " after stopping a StreamingContext is not supported");
  }

  /// **errors** IllegalState; std::invalid_argument for an output that shows its batches where another one does.
  void addOutput(Deferred<std::unique_ptr<Output>, Use> output) {
    requireOpen("an output");
    if (StagedOutput* const staged = output->staged())
      for (const auto& other : outputs_)
        if (other->staged() != nullptr && other->staged()->target() == staged->target())
          throw std::invalid_argument("dstream: two outputs save to " + staged->target() + "; give each a prefix of its own");
    if (output->name.empty()) output->name = "output " + std::to_string(outputs_.size());
    outputs_.push_back(std::move(output));
  }
  [[nodiscard]] const Outputs& outputs() const { return outputs_; }

  /// Every shared node that an output reaches, each once, parents before children.
  [[nodiscard]] Nodes reachable() const {
    Nodes nodes;
    for (const auto& output : outputs_) output->eachShared([&](NodeBase& node, const FusedOperators*) { reach(node, nodes); });
    return nodes;
  }
  /// Adds a node, its parents before it, unless it is there.
  static void reach(NodeBase& node, Nodes& nodes) {
    for (const NodeBase* known : nodes)
      if (known == &node) return;
    node.eachParent([&](NodeBase& parent, const FusedOperators*) { reach(parent, nodes); });
    nodes.push_back(&node);
  }

 private:
  detail::Atomic<StreamingContextState> state_{StreamingContextState::Initialized};
  Outputs outputs_;
};
using Graph = BasicGraph<>;

}  // namespace dstream::inline v0
