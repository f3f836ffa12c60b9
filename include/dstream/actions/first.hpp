// SPDX-License-Identifier: BSL-1.0
#pragma once
// first: Rdd<T> → its first record.

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class T>
struct FirstStep {
  using Found = std::optional<Kept<T>>*;
  template <class Record>
  DSTREAM_INLINE constexpr Until<Found> operator()(Found found, Record&& record) const {
    found->emplace(Owned<T>::own(std::forward<Record>(record)));
    return {found, true};
  }
};

struct FirstAction : ActionBase {
  static constexpr OperatorInfo info{"first", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  constexpr Kept<typename R::value_type> over(R rdd) const {
    using T = typename R::value_type;
    std::optional<Kept<T>> found;
    auto runner = rdd.runner();
    rdd.prepare(runner);
    for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition)
      if (foldUntil(rdd, Slice{partition}, &found, FirstStep<T>{}).stop) return *std::move(found);
    throw std::out_of_range("dstream: first: there is no record");
  }
};

}  // namespace detail

/// **shape** Rdd<T> → Kept<T>
/// **meaning** the first record in partition order; none behind it is computed. **errors** throws std::out_of_range when there is none.
/// **source** Spark RDD.first.
[[nodiscard]] constexpr auto first() { return detail::FirstAction{}; }

}  // namespace dstream::inline v0
