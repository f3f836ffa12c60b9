// SPDX-License-Identifier: BSL-1.0
#pragma once
// cartesian: DStream<T> × DStream<U> → DStream<(T, U)>, every record of one with every record of the other.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

/// **meaning** the partitions of `first`, each record with all of `second`, which is kept.
template <class First, class Second>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] CartesianRdd {
  using Left = detail::Passed<const std::remove_reference_t<typename First::reference>&>;

 public:
  using reference = std::pair<Left, detail::Passed<typename Second::reference>>;
  using value_type = reference;

  CartesianRdd(First first, Second second) : first_(std::move(first)), second_(std::move(second)) {}

  [[nodiscard]] std::size_t partitions() const { return first_.partitions(); }
  [[nodiscard]] std::size_t splits(std::size_t partition, std::size_t bytes) const { return first_.splits(partition, bytes); }
  [[nodiscard]] auto runner() const { return detail::runnerOf(first_, second_); }
  template <Runner R>
  void prepare(R& runner) {
    first_.prepare(runner);
    second_.prepare(runner);
  }

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) {
    EachSecond<Step> each{second_, step};
    return first_.fold(slice, std::move(accumulator), each);
  }

 private:
  template <class Step>
  struct WithFirst {
    template <class Accumulator, class Record>
    DSTREAM_INLINE Accumulator operator()(Accumulator accumulator, Record&& record) {
      return step(std::move(accumulator), reference(left, std::forward<Record>(record)));
    }
    const std::remove_cvref_t<typename First::reference>& left;
    Step& step;
  };
  template <class Step>
  struct EachSecond {
    template <class Accumulator, class Record>
    DSTREAM_INLINE Accumulator operator()(Accumulator accumulator, Record&& record) {
      WithFirst<Step> pair{record, step};
      for (std::size_t partition = 0; partition < second.partitions() && !v0::stopped(accumulator); ++partition)
        accumulator = second.fold(Slice{partition}, std::move(accumulator), pair);
      return accumulator;
    }
    Second& second;
    Step& step;
  };

  First first_;
  Second second_;
};

namespace detail {
struct CartesianOp {
  static constexpr OperatorInfo info{"cartesian", Role::Fused};

  template <class First, class Second>
  static consteval bool check() {
    return canKeep<Second>();
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    using Data = Partitions<typename Second::value_type>;
    auto kept = wide<Data>(std::move(second), [](Second& parent, RunnerRef runner) { return Data{buffered(parent, runner)}; });
    return CartesianRdd<First, decltype(kept)>{std::move(first), std::move(kept)};
  }
};
}  // namespace detail

/// **shape** DStream<T> × DStream<U> → DStream<(T, U)> (also Rdds and ranges, see unionWith)
/// **meaning** all pairs, m × n of them; partitions are the first's. **kept** the records of `other`, as owners; the first keeps its loop.
/// **order** by the first's record, then the second's. **cost** m × n steps. **errors** compile time: records that cannot be kept; those of
/// two streams as for unionWith. **source** Spark RDD.cartesian.
template <class Other>
[[nodiscard]] auto cartesian(Other&& other) {
  return detail::joint(detail::CartesianOp{}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
