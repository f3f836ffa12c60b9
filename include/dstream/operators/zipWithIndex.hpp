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
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Each record with the place that it gets later.
template <class Container, class T>
struct PlaceStep {
  template <class Record>
  DSTREAM_INLINE constexpr Container* operator()(Container* container, Record&& record) const {
    container->emplace_back(Owned<T>::own(std::forward<Record>(record)), 0);
    return container;
  }
};

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
      using Buffer = std::vector<typename Data::Stored>;
      const auto slices = slicesOf(parent, runner.sliceBytes());
      std::vector<Buffer> buffers(slices.size());
      runner.forEach(slices.size(), [&](std::size_t, std::size_t task) {
        PlaceStep<Buffer, typename R::value_type> append;
        detail::reserveFor(buffers[task], parent, parent.partitions() * slices[task].count);
        static_cast<void>(parent.fold(slices[task], &buffers[task], append));
      });
      auto parts = joined(std::move(buffers), runner, slices, parent.partitions());
      Deferred<std::vector<std::int64_t>, R> begins(1);  // the index of each partition's first record
      for (const Buffer& part : parts) begins.push_back(begins.back() + static_cast<std::int64_t>(part.size()));
      runner.forEach(parts.size(), [&](std::size_t, std::size_t part) {
        std::int64_t index = begins[part];
        for (auto& record : parts[part]) record.second = index++;
      });
      return Data{std::move(parts)};
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
