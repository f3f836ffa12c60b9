// SPDX-License-Identifier: BSL-1.0
#pragma once
// zip: DStream<T> × DStream<U> → DStream<(T, U)>, the first with the first, the second with the second.

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/joint.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>
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
    std::size_t records = 0;
    for (std::size_t slice = firsts[part]; slice != firsts[part + 1]; ++slice) records += buffers[slice].size();
    parts[part].reserve(records);
    for (std::size_t slice = firsts[part]; slice != firsts[part + 1]; ++slice)
      for (std::size_t i = 0; i < buffers[slice].size(); ++i) parts[part].emplace_back(std::move(buffers[slice][i]), second(begins[slice] + i));
  });
  return parts;
}

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
      using Moved = std::conditional_t<std::is_same_v<Taken, bool>, bool, Taken&&>;  // a vector's flag is no bool
      const auto partner = [&](std::size_t i) -> Moved { return static_cast<Moved>(seconds[i]); };
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
