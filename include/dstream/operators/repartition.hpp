// SPDX-License-Identifier: BSL-1.0
#pragma once
// repartition: DStream<T> → DStream<T>, the same records in as many partitions as asked, spread evenly.

#include <cstddef>
#include <stdexcept>
#include <utility>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

struct RepartitionOp : Nameable<RepartitionOp> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"repartition", Role::Shuffle};

  explicit RepartitionOp(std::size_t count) : partitions(count) {
    if (count == 0) throw std::invalid_argument("dstream: repartition: there must be at least one partition");
  }
  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  auto over(R rdd) const {
    using Data = Partitions<typename R::value_type>;
    return wide<Data>(std::move(rdd), [parts = partitions](R& parent, RunnerRef runner) {
      return Data{evenly(buffered(parent, runner), runner, parts)};
    });
  }

  std::size_t partitions;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** exactly `partitions` partitions, whose sizes differ by at most one. **kept** all records, as owners; each is moved once more.
/// **order** kept, also across partitions, which Spark does not promise. **errors** compile time: records that cannot be kept;
/// std::invalid_argument for no partition. **source** Spark DStream.repartition.
[[nodiscard]] inline auto repartition(std::size_t partitions) { return detail::RepartitionOp{partitions}; }

}  // namespace dstream::inline v0
