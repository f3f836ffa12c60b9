// SPDX-License-Identifier: BSL-1.0
#pragma once
// zip: DStream<T> × DStream<U> → DStream<(T, U)>, the first with the first, the second with the second.

#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/wide.hpp>
#include <dstream/operators/zipWithIndex.hpp>

namespace dstream::inline v0 {

namespace detail {
struct ZipOp {
  static constexpr OperatorInfo info{"zip", Role::Wide};

  template <class First, class Second>
  static consteval bool check() {
    if constexpr (canKeep<First>()) return canKeep<Second>();
    return false;
  }
  template <class First, class Second>
  auto over(First first, Second second) const {
    using Parents = Both<First, Second>;
    using Data = Partitions<std::pair<typename First::value_type, typename Second::value_type>>;
    return wide<Data>(Parents{std::move(first), std::move(second)}, [](Parents& parents, RunnerRef runner) {
      const auto slices = slicesOf(parents.first, runner.sliceBytes());
      auto firsts = buffered(parents.first, runner, slices);
      auto seconds = std::move(evenly(buffered(parents.second, runner), runner, 1).front());
      std::size_t total = 0;
      for (const auto& buffer : firsts) total += buffer.size();
      if (total != seconds.size()) throw std::invalid_argument("dstream: zip: the two inputs have different numbers of records");
      using Taken = typename BufferOf<Second>::value_type;
      const auto partner = [&](std::size_t i) { return Taken(std::move(seconds[i])); };
      return Data{paired<typename Data::Stored>(firsts, slices, parents.first.partitions(), runner, partner)};
    });
  }
};
}  // namespace detail

/// **shape** DStream<T> × DStream<U> → DStream<(T, U)> (also Rdds and ranges, see unionWith)
/// **meaning** the i-th record of one batch with the i-th of the other, whatever their partitions; partitions are the first's.
/// **kept** all records of both, as owners. **order** kept. **errors** compile time: records that cannot be kept; a batch of which one input
/// has more records than the other throws std::invalid_argument; those of two streams as for unionWith. **source** Spark RDD.zip.
template <class Other>
[[nodiscard]] auto zip(Other&& other) {
  return detail::joint(detail::ZipOp{}, std::forward<Other>(other));
}

}  // namespace dstream::inline v0
