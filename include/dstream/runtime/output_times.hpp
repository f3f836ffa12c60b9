// SPDX-License-Identifier: BSL-1.0
#pragma once
// OutputTimes: how often each output of a stream ran, failed, and how long it took.

#include <cstddef>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/metrics.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0::detail {

/// **threads** any.
template <class Use>
class OutputTimes {
 public:
  /// Output `id` ran for `duration`.
  void note(std::size_t id, Nanos duration, bool failed) {
    const Lock lock(mutex_);
    if (outputs_.size() <= id) outputs_.resize(id + 1);
    OutputMetrics& output = outputs_[id];
    ++output.runs;
    output.failures += failed ? 1 : 0;
    output.total += duration;
    output.last = duration;
  }
  /// Of all outputs of the graph, those that never ran too, once any did.
  void measure(const BasicGraph<Use>& graph, BasicMetrics<Use>& metrics) const {
    const Lock lock(mutex_);
    if (outputs_.empty()) return;
    for (std::size_t id = 0; id < graph.outputs().size(); ++id) {
      metrics.outputs.push_back(id < outputs_.size() ? outputs_[id] : OutputMetrics());
      metrics.outputs.back().name = graph.outputs()[id]->name;
    }
  }

 private:
  mutable Mutex mutex_;
  Deferred<std::vector<OutputMetrics>, Use> outputs_;  // by id; their names are the graph's
};

}  // namespace dstream::inline v0::detail
