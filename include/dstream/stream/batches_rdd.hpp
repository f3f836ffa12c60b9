// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchesRdd: several batches as one; what windows and unions of many streams give.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

/// **meaning** the partitions of several batches of one kind, in their order.
template <Rdd R>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] BatchesRdd {
 public:
  using reference = typename R::reference;
  using value_type = typename R::value_type;

  BatchesRdd(std::vector<R> batches, RunnerRef runner) : batches_(std::move(batches)), runner_(runner) {}

  [[nodiscard]] std::size_t partitions() const {
    std::size_t count = 0;
    for (const R& batch : batches_) count += batch.partitions();
    return count;
  }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const std::size_t at = find(partition);
    return batches_[at].splits(partition, bytes);
  }
  [[nodiscard]] RunnerRef runner() const { return runner_; }
  template <Runner Any>
  void prepare(Any& runner) {
    for (R& batch : batches_) batch.prepare(runner);
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    const std::size_t at = find(slice.partition);
    return batches_[at].fold(slice, std::move(accumulator), step);
  }

 private:
  /// The batch of a partition, which becomes its number in that batch.
  [[nodiscard]] std::size_t find(std::size_t& partition) const {
    std::size_t at = 0;
    for (; partition >= batches_[at].partitions(); ++at) partition -= batches_[at].partitions();
    return at;
  }

  std::vector<R> batches_;
  RunnerRef runner_;
};

}  // namespace dstream::inline v0
