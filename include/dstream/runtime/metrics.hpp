// SPDX-License-Identifier: BSL-1.0
#pragma once
// Metrics: how a streaming context fares, as a plain struct.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

/// **meaning** one output. **units** nanoseconds of all its runs together, and of the last one.
struct OutputMetrics {
  std::string name;
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  Nanos total = 0;
  Nanos last = 0;
};

/// **meaning** a copy, as of one moment; what its parts say may be some microseconds apart. **units** nanoseconds, bytes.
template <class Use = OnUse>
struct BasicMetrics {
  StreamingContextState state = StreamingContextState::Initialized;
  /// seq of the last batch that was formed, and of the last one that was worked off; all between them wait.
  std::uint64_t formed = 0;
  std::uint64_t completed = 0;
  /// Of the last one that was worked off: its time; how far that lies behind the clock, 0 where it lies ahead of it; how long it waited and ran. Until there is one, the lag is that of the last
  /// one of an earlier run, or the time since the start.
  Time time;
  Nanos lag = 0;
  Nanos schedulingDelay = 0;
  Nanos processingDelay = 0;
  /// Received bytes, and records of receivers of one's own, that no finished batch has freed yet; and their bound.
  std::size_t bytesHeld = 0;
  std::size_t bytesBound = 0;
  Deferred<std::vector<OutputMetrics>, Use> outputs;
  Deferred<std::vector<ReceiverInfo>, Use> receivers;
};
using Metrics = BasicMetrics<>;

}  // namespace dstream::inline v0
