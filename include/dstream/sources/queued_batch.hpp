// SPDX-License-Identifier: BSL-1.0
#pragma once
// QueuedBatch: records that lie in memory, in partitions, as a batch.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/range_rdd.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

/// **meaning** the partitions of one batch; copies share them.
template <class T>
class QueuedBatch {
 public:
  using reference = const T&;
  using value_type = T;
  using Partitions = std::vector<std::vector<T>>;

  QueuedBatch(std::shared_ptr<const Partitions> partitions, RunnerRef runner) : partitions_(std::move(partitions)), runner_(runner) {}

  [[nodiscard]] std::size_t partitions() const { return partitions_->size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return head(partition).splits(0, bytes); }
  [[nodiscard]] RunnerRef runner() const { return runner_; }
  static void prepare(auto&) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    return head(slice.partition).fold(Slice{0, slice.index, slice.count}, std::move(accumulator), step);
  }

 private:
  [[nodiscard]] auto head(std::size_t partition) const { return detail::headOf((*partitions_)[partition]); }

  std::shared_ptr<const Partitions> partitions_;
  RunnerRef runner_;
};

}  // namespace dstream::inline v0
