// SPDX-License-Identifier: BSL-1.0
#pragma once
// foreachPartition: Rdd<T> → nothing, a function for each partition: where a connection or a buffer serves many records.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The loop of one partition, to be run once.
template <class R>
class PartitionRecords {
 public:
  constexpr PartitionRecords(R& rdd, std::size_t partition) : rdd_(rdd), partition_(partition) {}

  template <class Fn>
  DSTREAM_INLINE constexpr void foreach(Fn&& fn) const {
    const auto call = [&](int same, auto&& record) {
      fn(std::forward<decltype(record)>(record));
      return same;
    };
    static_cast<void>(rdd_.fold(Slice{partition_}, 0, call));
  }
  [[nodiscard]] constexpr std::size_t index() const { return partition_; }

 private:
  R& rdd_;
  std::size_t partition_;
};

/// To ask a function whether it can be called, before there is a partition.
template <class Record>
struct SomePartition {
  template <class Fn>
  constexpr void foreach(Fn&& fn) const {
    static_cast<void>(noexcept(fn(std::declval<Record>())));
  }
  [[nodiscard]] static constexpr std::size_t index() { return 0; }
};

template <class Fn>
struct ForeachPartitionAction : ActionBase {
  static constexpr OperatorInfo info{"foreachPartition", Role::Action};

  template <class Record>
  static consteval bool check() {
    constexpr bool fits = std::is_invocable_v<const Fn&, SomePartition<Record>&>;
    static_assert(fits, "foreachPartition needs a function of a partition, as [](auto partition) { partition.foreach(f); } "
                        "(as const: a mutable lambda is refused, tasks share it)");
    return fits;
  }
  template <class R>
  constexpr void over(R rdd) const {
    auto runner = rdd.runner();
    rdd.prepare(runner);
    runner.forEach(rdd.partitions(), [&](std::size_t, std::size_t partition) {
      PartitionRecords<R> records(rdd, partition);
      fn(records);
    });
  }
  [[no_unique_address]] Fn fn;
};

}  // namespace detail

/// **shape** Rdd<T> → void
/// **meaning** calls `fn(partition)` for each partition, empty ones too; `partition.foreach(f)` runs its records through, fused, nothing kept;
/// `partition.index()` is its place. **function contract** called as const, from several threads at once where a runner has them; foreach at most
/// once per call; what f captures belongs to that partition. **order** within a partition that of its records. **cost** a partition is one task.
/// **errors** compile time: not such a function. What fn throws reaches the caller. **source** Spark RDD.foreachPartition.
template <class Fn>
[[nodiscard]] constexpr auto foreachPartition(Fn fn) {
  return detail::ForeachPartitionAction<Fn>{{}, std::move(fn)};
}

}  // namespace dstream::inline v0
