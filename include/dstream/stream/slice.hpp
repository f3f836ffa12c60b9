// SPDX-License-Identifier: BSL-1.0
#pragma once
// DStream::slice: the batches of a stretch of time that a stream still remembers.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/stream/batch.hpp>
#include <dstream/stream/batch_rdd.hpp>
#include <dstream/stream/dstream.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/graph.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0 {

namespace detail {

/// **meaning** a batch with the node that lends it its operators: it may outlive the DStream that it was asked of, but not the StreamingContext.
template <Node N>
class SlicedRdd {
  using R = typename N::rdd_type;

 public:
  using reference = typename R::reference;
  using value_type = typename R::value_type;

  SlicedRdd(std::shared_ptr<const N> node, R rdd) : node_(std::move(node)), rdd_(std::move(rdd)) {}

  [[nodiscard]] std::size_t partitions() const { return rdd_.partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return rdd_.splits(partition, bytes); }
  [[nodiscard]] auto runner() const { return rdd_.runner(); }
  template <Runner Any>
  void prepare(Any& runner) {
    rdd_.prepare(runner);
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    return rdd_.fold(slice, std::move(accumulator), step);
  }

 private:
  std::shared_ptr<const N> node_;
  R rdd_;
};

}  // namespace detail

/// **shape** DStream<T> → vector<BatchRdd<…>>, in the order of time
/// **meaning** the batches with times in [from, to], ends included; ends between two batches are rounded down. What is no longer remembered is left
/// out: say StreamingContext::remember(d) before start. (Spark computes it anew where it can.) **threads** from an output's function, or after stop: then
/// on the thread that asks. **cost** a copy of the stream's functions, and nothing more until the batches are used; fused operators are computed again then. The batches may outlive the DStream, not its StreamingContext. To remember a window that is carried along
/// (reduceByWindow, …ByKeyAndWindow) or a snapshot of states costs a copy of it each time it changes.
/// **errors** IllegalState before start, and where no output reaches the stream. MissingBatch when a batch is used that failed before its states or its window were computed.
/// **source** Spark DStream.slice.
template <Node N>
auto DStream<N>::slice(Time from, Time to) const {
  if (graph_->state() == StreamingContextState::Initialized) throw IllegalState("dstream: slice: the stream has not been initialized; start its StreamingContext first");
  std::vector<BatchRdd<detail::SlicedRdd<N>>> batches;
  const NodeBase& shared = node_.shared();
  if (!shared.begun()) throw IllegalState("dstream: slice: no output reaches this stream, so it has no batches; give it one before start");
  const std::int64_t zero = shared.zero().nanoseconds;
  const std::int64_t slide = node_.slide();
  const Time first{from.nanoseconds <= zero ? zero : from.nanoseconds - (from.nanoseconds - zero) % slide};
  const auto node = std::make_shared<const N>(node_);
  for (const Batch& batch : shared.remembered()) {
    if (batch.time < first || batch.time > to) continue;
    if (auto rdd = node->compute(batch)) batches.emplace_back(detail::SlicedRdd<N>(node, *std::move(rdd)), batch);
  }
  return batches;
}

/// The same of `interval.begin` to `interval.end`.
template <Node N>
auto DStream<N>::slice(Interval interval) const {
  return slice(interval.begin, interval.end);
}

}  // namespace dstream::inline v0
