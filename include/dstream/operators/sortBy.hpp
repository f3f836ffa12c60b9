// SPDX-License-Identifier: BSL-1.0
#pragma once
// sortBy: DStream<T> → DStream<T>, the records of each batch in the order of what a function makes of them.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/buffer.hpp>
#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/invoke.hpp>
#include <dstream/core/merge_sort.hpp>
#include <dstream/core/named.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/core/partitions.hpp>
#include <dstream/core/pipe.hpp>
#include <dstream/core/shared_function.hpp>
#include <dstream/core/wide.hpp>

namespace dstream::inline v0 {

namespace detail {

/// Each buffer sorted, then neighbours merged until one is left.
template <class Buffer, class Less>
Buffer sortedTogether(std::vector<Buffer> buffers, RunnerRef runner, const Less& less) {
  runner.forEach(buffers.size(), [&](std::size_t, std::size_t i) { detail::mergeSort(buffers[i], less); });
  while (buffers.size() > 1) {
    std::vector<Buffer> merged((buffers.size() + 1) / 2);
    runner.forEach(merged.size(), [&](std::size_t, std::size_t i) {
      Buffer& left = buffers[2 * i];
      if (2 * i + 1 < buffers.size()) {
        Buffer& right = buffers[2 * i + 1];
        const std::size_t middle = left.size();
        left.reserve(middle + right.size());
        for (auto&& record : right) left.push_back(std::move(record));
        detail::makeMergeRoom(merged[i], left);
        detail::mergeRuns(left, 0, middle, left.size(), merged[i], less);
      } else {
        merged[i] = std::move(left);
      }
    });
    buffers = std::move(merged);
  }
  return buffers.empty() ? Buffer{} : std::move(buffers.front());
}

/// The same in one of two directions, which is asked once and not in each comparison.
template <class Buffer, class Before>
Buffer sortedTowards(bool ascending, std::vector<Buffer> buffers, RunnerRef runner, const Before& before) {
  if (ascending) return sortedTogether(std::move(buffers), runner, before);
  return sortedTogether(std::move(buffers), runner, [&](const auto& left, const auto& right) { return before(right, left); });
}

/// Made once per record, for the time of the sort: keys that cost something to make, and that refer to nothing.
template <class T, class Key>
inline constexpr bool keepsKeys = false;
template <class T, class Key>
  requires(!std::is_reference_v<Key>) && (!std::is_trivially_copyable_v<Key>) && (!std::is_same_v<Kept<T>, bool>)
inline constexpr bool keepsKeys<T, Key> = SelfOwned<Key> && std::is_move_constructible_v<Key> && std::is_move_assignable_v<std::remove_cv_t<Key>>;

/// The sorted records of a prepared parent, in ranges of even size.
template <Rdd R, class Fn>
auto sortedParts(R& parent, RunnerRef runner, const Fn& fn, bool ascending) {
  using T = typename R::value_type;
  using Key = CallResult<Fn, View<T>>;
  auto buffers = buffered(parent, runner);
  std::vector<BufferOf<R>> one(1);
  if constexpr (keepsKeys<T, Key>) {
    struct Keyed {
      std::remove_cv_t<Key> key;
      Kept<T>* record;
    };
    std::vector<std::vector<Keyed>> keyed(buffers.size());
    runner.forEach(buffers.size(), [&](std::size_t, std::size_t i) {
      keyed[i].reserve(buffers[i].size());
      for (auto& record : buffers[i]) keyed[i].push_back({detail::invoke(fn, Owned<T>::look(record)), &record});
    });
    const auto before = [](const Keyed& left, const Keyed& right) { return static_cast<bool>(left.key < right.key); };
    const auto sorted = sortedTowards(ascending, std::move(keyed), runner, before);
    one.front().reserve(sorted.size());
    for (const Keyed& next : sorted) one.front().push_back(std::move(*next.record));
  } else {
    one.front() = sortedTowards(ascending, std::move(buffers), runner, [&fn](const auto& left, const auto& right) {
      return static_cast<bool>(detail::invoke(fn, Owned<T>::look(left)) < detail::invoke(fn, Owned<T>::look(right)));
    });
  }
  return evenly(std::move(one), runner, runner.partitions());
}

template <class Fn>
struct SortByOp : Nameable<SortByOp<Fn>> {
  static constexpr Kind kind = Kind::Wide;
  static constexpr OperatorInfo info{"sortBy", Role::Shuffle};

  SortByOp(Fn function, bool up) : fn(std::move(function)), ascending(up) {}

  template <class Record>
  static consteval bool check() {
    if constexpr (canKeep<Record>()) {
      using Shown = View<Record>;
      constexpr bool fits = callable<Fn, Shown>;
      if constexpr (!fits) {
        constexpr bool said = saysWhyNot<Fn, Record>();
        static_assert(said, "sortBy needs a function that takes one record of this stream (a const one, and as const itself)");
      }
      if constexpr (fits) {
        using Key = CallResult<Fn, Shown>;
        constexpr bool orders = requires(Key& key) { static_cast<bool>(key < key); };
        static_assert(orders, "sortBy needs a function that returns something with operator<");
        return orders;
      }
    }
    return false;
  }

  template <class R>
  auto over(R rdd) const {
    using Data = Partitions<typename R::value_type>;
    return wide<Data>(std::move(rdd), [fn = fn, ascending = ascending](R& parent, RunnerRef runner) {
      return Data{sortedParts(parent, runner, fn, ascending)};
    });
  }

  [[no_unique_address]] Fn fn;
  bool ascending;
};

}  // namespace detail

/// **shape** DStream<T> → DStream<T> (also Rdd and range)
/// **meaning** the records of each batch in the order of `fn(record)`, those of equal ones as they came, also when descending. The partitions
/// are ranges of it, as many as the runner has slots, of even sizes.
/// **function contract** `fn(const T&) → K` with operator<, a function or a pointer to member; as const, from several threads; called about
/// 2 log n times per record, or once where K is an owner whose making may cost something: a std::string by value. **kept** all records, as
/// owners, and room for as many again; K of the latter kind for the time of the sort.
/// **cost** O(n log n) comparisons: slices are sorted by all workers, the last merge is one worker's.
/// **errors** compile time: not such a function, records that cannot be kept. **source** Spark RDD.sortBy.
template <class Fn>
[[nodiscard]] auto sortBy(Fn fn, bool ascending = true) {
  auto held = detail::copyable(std::move(fn));
  return detail::SortByOp<decltype(held)>{std::move(held), ascending};
}

}  // namespace dstream::inline v0
