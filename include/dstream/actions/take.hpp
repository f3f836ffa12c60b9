// SPDX-License-Identifier: BSL-1.0
#pragma once
// take: Rdd<T> → vector of the first n records.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

template <class Records, class T>
struct TakeStep {
  template <class Record>
  DSTREAM_INLINE constexpr Until<Records*> operator()(Records* records, Record&& record) const {
    records->push_back(Owned<T>::own(std::forward<Record>(record)));
    return {records, records->size() == most};
  }
  std::size_t most;
};

template <Rdd R>
constexpr auto takeFirst(R& rdd, std::size_t most) {
  using T = typename R::value_type;
  std::vector<Kept<T>> records;
  if (most == 0) return records;
  auto runner = rdd.runner();
  rdd.prepare(runner);
  if (most <= 4096 / sizeof(Kept<T>)) records.reserve(most);  // of more there may be far fewer
  for (std::size_t partition = 0, count = rdd.partitions(); partition < count; ++partition)
    if (foldUntil(rdd, Slice{partition}, &records, TakeStep<std::vector<Kept<T>>, T>{most}).stop) break;
  return records;
}

struct TakeAction : ActionBase {
  static constexpr OperatorInfo info{"take", Role::Action};

  template <class Record>
  static consteval bool check() {
    return canKeep<Record>();
  }
  template <class R>
  constexpr auto over(R rdd) const {
    return takeFirst(rdd, most);
  }
  std::size_t most;
};

}  // namespace detail

/// **shape** Rdd<T> → vector<Kept<T>>, at most n
/// **meaning** the first n records in partition order; the loop ends there, and no record behind them is computed (wide parents are).
/// **cost** n records, on the calling thread. **errors** compile time as for collect. **source** Spark RDD.take.
[[nodiscard]] constexpr auto take(std::size_t n) { return detail::TakeAction{{}, n}; }

}  // namespace dstream::inline v0
