// SPDX-License-Identifier: BSL-1.0
#pragma once
// DStream::slice: the batches of a stretch of time that a stream still remembers.

#include <cstdint>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/batch_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/graph.hpp>

namespace dstream::inline v0 {

/// **shape** DStream<T> → vector<BatchRdd<…>>, in the order of time
/// **meaning** the batches with times in [from, to], ends included; ends between two batches are rounded down. What is no longer remembered is left
/// out: say StreamingContext::remember(d) before start. (Spark computes it anew where it can.) **threads** from an output's function, or after stop: then
/// on the thread that asks. **cost** nothing until the batches are used; fused operators are computed again then. To remember a window that is carried along
/// (reduceByWindow, …ByKeyAndWindow) or a snapshot of states costs a copy of it each time it changes.
/// **errors** IllegalState before start, and where no output reaches the stream. MissingBatch when a batch is used that failed before its states or its window were computed.
/// **source** Spark DStream.slice.
template <Node N>
auto DStream<N>::slice(Time from, Time to) const {
  if (graph_->state() == StreamingContextState::Initialized) throw IllegalState("dstream: slice: the stream has not been initialized; start its StreamingContext first");
  std::vector<BatchRdd<rdd_type>> batches;
  const NodeBase& shared = node_.shared();
  if (!shared.begun()) throw IllegalState("dstream: slice: no output reaches this stream, so it has no batches; give it one before start");
  const std::int64_t zero = shared.zero().nanoseconds;
  const std::int64_t slide = node_.slide();
  const Time first{from.nanoseconds <= zero ? zero : from.nanoseconds - (from.nanoseconds - zero) % slide};
  for (const Time time : shared.remembered()) {
    if (time < first || time > to) continue;
    Batch batch;
    batch.seq = static_cast<std::uint64_t>((time.nanoseconds - zero) / slide);
    batch.time = time;
    if (auto rdd = node_.compute(batch)) batches.push_back(BatchRdd<rdd_type>(*std::move(rdd), batch));
  }
  return batches;
}

}  // namespace dstream::inline v0
