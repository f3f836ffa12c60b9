// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchesRdd: several batches as one; what windows and unions of many streams give.

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

/// **meaning** the partitions of several batches of one kind, in their order. **errors** why one is missing, `prepare` throws.
template <Rdd R>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] BatchesRdd {
 public:
  using reference = typename R::reference;
  using value_type = typename R::value_type;

  BatchesRdd(std::vector<R> batches, RunnerRef runner, std::exception_ptr missing = nullptr)
      : batches_(std::move(batches)), runner_(runner), missing_(std::move(missing)) {}

  [[nodiscard]] std::size_t partitions() const { return places_.size(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const {
    const Place place = places_[partition];
    return batches_[place.batch].splits(place.partition, bytes);
  }
  [[nodiscard]] RunnerRef runner() const { return runner_; }
  template <Runner Any>
  void prepare(Any& runner) {
    if (missing_ != nullptr) std::rethrow_exception(missing_);
    places_.clear();
    for (std::size_t at = 0; at < batches_.size(); ++at) {
      batches_[at].prepare(runner);
      for (std::size_t partition = 0; partition < batches_[at].partitions(); ++partition) places_.push_back({at, partition});
    }
  }
  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    const Place place = places_[slice.partition];
    slice.partition = place.partition;
    return batches_[place.batch].fold(slice, std::move(accumulator), step);
  }

 private:
  /// A partition: the batch it is in, and its number there.
  struct Place {
    std::size_t batch;
    std::size_t partition;
  };

  std::vector<R> batches_;
  std::vector<Place> places_;  // of all partitions, once prepared
  RunnerRef runner_;
  std::exception_ptr missing_;
};

}  // namespace dstream::inline v0
