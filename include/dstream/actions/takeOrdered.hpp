// SPDX-License-Identifier: BSL-1.0
#pragma once
// takeOrdered: Rdd<T> → vector of its n smallest records.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/action.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/rdd.hpp>

namespace dstream::inline v0 {

namespace detail {

struct Less {
  template <class Left, class Right>
  DSTREAM_INLINE constexpr auto operator()(const Left& left, const Right& right) const -> decltype(left < right) {
    return left < right;
  }
};
template <class LessFn>
struct Reversed {
  template <class Left, class Right>
    requires std::is_invocable_v<const LessFn&, const Right&, const Left&>
  DSTREAM_INLINE constexpr bool operator()(const Left& left, const Right& right) const {
    return static_cast<bool>(detail::invoke(less, right, left));
  }
  [[no_unique_address]] LessFn less;
};

/// Holds up to twice as many records as asked; then sorts them and drops the larger half. Since then only what is smaller comes in.
template <class T, class LessFn>
struct SmallestStep {
  using Records = std::vector<Kept<T>>;

  template <class Record>
  DSTREAM_INLINE Records* operator()(Records* records, Record&& record) {
    if (pruned && !less(detail::asShown<T>(record), Owned<T>::look(std::as_const(*records)[most - 1]))) return records;
    records->push_back(Owned<T>::own(std::forward<Record>(record)));
    if (records->size() / 2 >= most) prune(*records);
    return records;
  }
  void prune(Records& records) {
    const auto before = [this](const auto& left, const auto& right) { return static_cast<bool>(less(Owned<T>::look(left), Owned<T>::look(right))); };
    detail::mergeSort(records, before);
    while (records.size() > most) records.pop_back();
    pruned = records.size() == most;
  }

  std::size_t most;
  const LessFn& less;
  bool pruned = false;
};

template <class LessFn>
struct TakeOrderedAction : ActionBase {
  static constexpr OperatorInfo info{"takeOrdered", Role::Action};

  template <class Record>
  static consteval bool check() {
    using Shown = const std::remove_reference_t<Record>&;
    constexpr bool orders = std::is_invocable_r_v<bool, const LessFn&, Shown, Shown>;
    static_assert(orders, "takeOrdered and top need records with operator<, or a function that says whether one comes before another");
    return orders && canKeep<Record>();
  }

  template <class R>
  auto over(R rdd) const {
    using Step = SmallestStep<typename R::value_type, LessFn>;
    typename Step::Records all;
    if (most == 0) return all;
    Step step{most, less};
    for (auto& part : foldSlices<typename Step::Records>(rdd, step))
      for (auto&& record : part) all.push_back(std::move(record));
    step.prune(all);
    return all;
  }

  std::size_t most;
  [[no_unique_address]] LessFn less;
};

}  // namespace detail

/// **shape** Rdd<T> → vector<Kept<T>>, at most n
/// **meaning** the n smallest records by `less`, smallest first; of equal ones those that came first.
/// **function contract** `less(const T&, const T&) → bool`, as const, from several threads. **kept** at most 2 n records per slice, as owners.
/// **cost** a comparison per record, and O(log n) more for each that is among the n smallest so far.
/// **errors** compile time: records that cannot be compared or kept. **source** Spark RDD.takeOrdered.
template <class LessFn = detail::Less>
[[nodiscard]] constexpr auto takeOrdered(std::size_t n, LessFn less = {}) {
  return detail::TakeOrderedAction<LessFn>{{}, n, std::move(less)};
}

}  // namespace dstream::inline v0
