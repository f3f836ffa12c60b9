// SPDX-License-Identifier: BSL-1.0
#pragma once
// cache, persist: DStream<T> → DStream<T>, each batch computed once and kept, however many ask for it.

#include <utility>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

struct CacheOp : Nameable<CacheOp> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"cache", Role::Wide};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }

  template <class R>
  auto over(R rdd) const {
    using Data = Partitions<typename R::value_type>;
    return wide<Data>(std::move(rdd), [](R& parent, RunnerRef runner) {
      const auto slices = slicesOf(parent, runner.sliceBytes());
      return Data{joined(buffered(parent, runner, slices), runner, slices, parent.partitions())};
    });
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** the records of each batch, computed when they are first asked for and kept until the batch is forgotten: for a stream with several
/// outputs or windows behind a dear function. What is wide already (reduceByKey, …) is computed once without it. **kept** the batch, as owners.
/// **order** and partitions kept. **cost** a copy of each record. **errors** compile time: records that cannot be kept. **source** Spark DStream.cache.
[[nodiscard]] inline auto cache() { return detail::CacheOp{}; }
/// The same: this library keeps batches in memory and knows no other storage level.
[[nodiscard]] inline auto persist() { return detail::CacheOp{}; }

}  // namespace dstream::inline v0
