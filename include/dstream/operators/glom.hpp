// SPDX-License-Identifier: BSL-1.0
#pragma once
// glom: DStream<T> → DStream<vector<T>>, one record per partition: its records.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/whole.hpp>

namespace dstream::inline v0 {

namespace detail {

struct Glom {
  template <class Parent>
  using Result = BufferOf<Parent>;

  template <class Parent, class Accumulator, class Step>
  constexpr Accumulator fold(Parent& parent, std::size_t partition, Accumulator accumulator, Step& step) const {
    BufferOf<Parent> records;
    AppendStep<BufferOf<Parent>, typename Parent::value_type> append;
    detail::reserveFor(records, parent, parent.partitions());
    static_cast<void>(parent.fold(Slice{partition}, &records, append));
    return step(std::move(accumulator), std::move(records));
  }
};

struct GlomOp {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"glom", Role::Partition};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return WholeRdd<R, Glom>{std::move(rdd), {}};
  }
};

}  // namespace detail

/// **shape** DStream<T> → DStream<vector<Kept<T>>> (also Rdd and range)
/// **meaning** a record for each partition: all its records, none for an empty one. **kept** a partition per task, as owners.
/// **order** kept. **cost** the loop; a partition is one task. **errors** compile time: records that cannot be kept.
/// **source** Spark DStream.glom.
[[nodiscard]] constexpr auto glom() { return detail::GlomOp{}; }

}  // namespace dstream::inline v0
