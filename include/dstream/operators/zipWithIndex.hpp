// SPDX-License-Identifier: BSL-1.0
#pragma once
// zipWithIndex: DStream<T> → DStream<(T, int64)>, each record with its place in the batch.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The partitions of a parent again, whose slices stand in the order of its partitions; each record in a pair with `second(index)`.
template <class Stored, class Buffer, class Second>
std::vector<std::vector<Stored>> paired(std::vector<Buffer>& buffers, const BatchVector<Slice>& slices, std::size_t partitions, RunnerRef runner,
                                        const Second& second) {
  Deferred<std::vector<std::size_t>, Stored> begins;  // the index of each slice's first record
  std::size_t total = 0;
  for (const Buffer& buffer : buffers) {
    begins.push_back(total);
    total += buffer.size();
  }
  Deferred<std::vector<std::size_t>, Stored> firsts;  // each partition's first slice
  for (std::size_t part = 0, slice = 0; part <= partitions; ++part) {
    while (slice < slices.size() && slices[slice].partition < part) ++slice;
    firsts.push_back(slice);
  }
  std::vector<std::vector<Stored>> parts(partitions);
  runner.forEach(partitions, [&](std::size_t, std::size_t part) {
    for (std::size_t slice = firsts[part]; slice != firsts[part + 1]; ++slice)
      for (std::size_t i = 0; i < buffers[slice].size(); ++i) parts[part].emplace_back(std::move(buffers[slice][i]), second(begins[slice] + i));
  });
  return parts;
}

struct ZipWithIndexOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"zipWithIndex", Role::Wide};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  auto over(R rdd) const {
    using Data = Partitions<std::pair<typename R::value_type, std::int64_t>>;
    return wide<Data>(std::move(rdd), [](R& parent, RunnerRef runner) {
      const auto slices = slicesOf(parent, runner.sliceBytes());
      auto buffers = buffered(parent, runner, slices);
      const auto index = [](std::size_t i) { return static_cast<std::int64_t>(i); };
      return Data{paired<typename Data::Stored>(buffers, slices, parent.partitions(), runner, index)};
    });
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<(T, int64)> (also Rdd and range)
/// **meaning** each record with its index in the batch, from 0, in partition order. **kept** all records, as owners: an index is known when
/// all before it are counted. **order** kept, and so are partitions. **errors** compile time: records that cannot be kept.
/// **source** Spark RDD.zipWithIndex.
[[nodiscard]] constexpr auto zipWithIndex() { return detail::ZipWithIndexOp{}; }

}  // namespace dstream::inline v0
