// SPDX-License-Identifier: BSL-1.0
#pragma once
// exchange: every record to the partition that a function of it names.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0::detail {

template <class T, class PartitionOf>
struct ExchangeStep {
  using Buckets = std::vector<std::vector<Kept<T>>>;

  template <class Record>
  DSTREAM_INLINE Buckets* operator()(Buckets* buckets, Record&& record) const {
    std::vector<Kept<T>>& bucket = (*buckets)[partitionOf(std::as_const(record))];
    bucket.push_back(Owned<T>::own(std::forward<Record>(record)));
    return buckets;
  }
  const PartitionOf& partitionOf;
};

/// `partitions` partitions of what is kept of each record of a prepared parent; `partitionOf(record)`, below `partitions`, says which,
/// called once per record, from several threads. **order** within a partition that of the parent, at any worker count.
/// **kept** the records, once; moved again where the parent has several slices. **errors** what a function throws reaches the caller.
template <Rdd R, class PartitionOf>
std::vector<std::vector<Kept<typename R::value_type>>> exchange(R& parent, RunnerRef runner, std::size_t partitions, const PartitionOf& partitionOf) {
  using Step = ExchangeStep<typename R::value_type, PartitionOf>;
  using Buckets = typename Step::Buckets;

  // map side: each slice sorts its records into buckets of its own
  const auto slices = slicesOf(parent, runner.sliceBytes());
  std::vector<Buckets> sorted(slices.size());
  runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
    sorted[task].resize(partitions);
    if (partitions == 1) detail::reserveFor(sorted[task][0], parent, parent.partitions() * slices[task].count);
    Step step{partitionOf};
    static_cast<void>(parent.fold(slices[task], &sorted[task], step));
  });
  if (sorted.size() == 1) return std::move(sorted[0]);

  // reduce side: each partition joins its buckets in the order of the slices
  Buckets parts(partitions);
  runner.forEach(partitions, [&](std::size_t, std::size_t part) {
    std::size_t total = 0;
    for (const Buckets& buckets : sorted) total += buckets[part].size();
    parts[part].reserve(total);
    for (Buckets& buckets : sorted) {
      for (auto&& record : buckets[part]) parts[part].push_back(std::move(record));
      std::remove_reference_t<decltype(buckets[part])>().swap(buckets[part]);
    }
  });
  return parts;
}

}  // namespace dstream::inline v0::detail
