// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchRdd: one batch of a stream in the user's hands, inside foreachRDD.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include <dstream/actions/aggregate.hpp>
#include <dstream/actions/collect.hpp>
#include <dstream/actions/fold.hpp>
#include <dstream/actions/foreach.hpp>
#include <dstream/actions/foreachPartition.hpp>
#include <dstream/actions/max.hpp>
#include <dstream/actions/min.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/actions/take.hpp>
#include <dstream/actions/takeOrdered.hpp>
#include <dstream/actions/top.hpp>
#include <dstream/actions/value.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/operators/count.hpp>
#include <dstream/operators/reduce.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** an Rdd with its batch's identity and the actions of Spark's RDD as members; operators and actions also follow by `|`.
/// Each action computes what is fused above it anew; wide results are computed once per batch. Valid during the call of foreachRDD's
/// function; what actions return is owned.
template <Rdd R>
class BatchRdd {
 public:
  using reference = typename R::reference;
  using value_type = typename R::value_type;

  BatchRdd(R rdd, const Batch& batch) : rdd_(std::move(rdd)), batch_(batch) {}

  [[nodiscard]] const Batch& batch() const { return batch_; }
  [[nodiscard]] Time time() const { return batch_.time; }

  /// All records as owners, in order.
  [[nodiscard]] auto collect() const { return rdd_ | dstream::collect(); }
  /// As an array of as many. **errors** std::length_error for more or fewer.
  template <class Array>
  [[nodiscard]] Array collect() const {
    return rdd_ | dstream::collect<Array>();
  }
  /// Into the beginning of the caller's array or vector; how many. **errors** std::length_error for more.
  template <class Target>
  std::size_t collectInto(Target& target) const {
    return rdd_ | dstream::collectInto(target);
  }
  [[nodiscard]] std::int64_t count() const {
    R rdd = rdd_;
    return detail::countAll(rdd);
  }
  /// The first n records, or all if fewer.
  [[nodiscard]] auto take(std::size_t n) const { return rdd_ | dstream::take(n); }
  /// **errors** std::out_of_range for an empty batch.
  [[nodiscard]] auto first() const {
    auto records = take(1);
    if (records.empty()) throw std::out_of_range("dstream: first: the batch is empty");
    return std::move(records.front());
  }
  [[nodiscard]] bool isEmpty() const { return take(1).empty(); }
  [[nodiscard]] auto sum() const { return rdd_ | dstream::sum(); }
  [[nodiscard]] auto sum(InAnyOrder order) const { return rdd_ | dstream::sum(order); }
  template <class Accumulator, class Fn>
  [[nodiscard]] Accumulator fold(Accumulator identity, Fn fn) const {
    return rdd_ | dstream::fold(std::move(identity), std::move(fn));
  }
  /// **errors** std::out_of_range for an empty batch.
  template <class Fn>
  [[nodiscard]] auto reduce(Fn fn) const {
    return rdd_ | dstream::reduce(std::move(fn)) | dstream::value();
  }
  template <class Zero, class SeqOp, class CombOp>
  [[nodiscard]] Zero aggregate(Zero zero, SeqOp seqOp, CombOp combOp) const {
    return rdd_ | dstream::aggregate(std::move(zero), std::move(seqOp), std::move(combOp));
  }
  /// The n largest records, the n smallest.
  template <class Less = detail::Less>
  [[nodiscard]] auto top(std::size_t n, Less less = {}) const {
    return rdd_ | dstream::top(n, std::move(less));
  }
  template <class Less = detail::Less>
  [[nodiscard]] auto takeOrdered(std::size_t n, Less less = {}) const {
    return rdd_ | dstream::takeOrdered(n, std::move(less));
  }
  /// **errors** std::out_of_range for an empty batch.
  [[nodiscard]] auto max() const { return rdd_ | dstream::max(); }
  [[nodiscard]] auto min() const { return rdd_ | dstream::min(); }
  /// The only record, as of `stream | count()`. **errors** std::out_of_range when there is none, std::length_error when there are more.
  [[nodiscard]] auto value() const { return rdd_ | dstream::value(); }
  template <class Fn>
  void foreach(Fn fn) const {
    rdd_ | dstream::foreach(std::move(fn));
  }
  template <class Fn>
  void foreachPartition(Fn fn) const {
    rdd_ | dstream::foreachPartition(std::move(fn));
  }
  /// Known after an action or prepare.
  [[nodiscard]] std::size_t getNumPartitions() {
    auto runner = rdd_.runner();
    rdd_.prepare(runner);
    return rdd_.partitions();
  }

  // The Rdd interface.
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
  R rdd_;
  Batch batch_;
};

}  // namespace dstream::inline v0
