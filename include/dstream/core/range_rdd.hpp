// SPDX-License-Identifier: BSL-1.0
#pragma once
// RangeRdd: any range as an Rdd; lvalue containers are borrowed, rvalues owned, views copied.

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/chunks.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/lanes.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>

namespace dstream::inline v0 {

namespace detail {

using std::begin;
using std::end;

template <class Range>
constexpr auto first(Range& range) -> decltype(begin(range)) {
  return begin(range);
}
template <class Range>
constexpr auto last(Range& range) -> decltype(end(range)) {
  return end(range);
}

/// A range: begin, end, and an iterator that can be read and advanced. Asked without <ranges>, which costs more than the core.
template <class T>
concept Iterable = requires(std::remove_reference_t<T>& range) {
  *detail::first(range);
  ++std::declval<decltype(detail::first(range))&>();
  static_cast<bool>(detail::first(range) != detail::last(range));
};

template <class Range>
using IteratorOf = decltype(detail::first(std::declval<Range&>()));

/// The iterator's own difference type may be wider than ptrdiff_t, as iota's is.
template <class Range>
concept RandomAccess = requires(IteratorOf<Range> it, Range& range, std::ptrdiff_t n) {
  { it + static_cast<decltype(it - it)>(n) } -> std::convertible_to<IteratorOf<Range>>;
  static_cast<std::ptrdiff_t>(detail::last(range) - it);
};

/// Its elements lie one behind another, as far as shape can tell: cheaper to ask than std's concept.
template <class Range>
concept Adjacent = std::is_pointer_v<IteratorOf<Range>> || requires(Range& range) {
  requires std::is_same_v<decltype(*range.data()), decltype(*detail::first(range))>;
};

/// Owns its elements, as far as shape can tell. What does not is taken for a view: its elements are never moved from.
template <class T>
concept OwnsElements = requires { typename T::allocator_type; } || requires(T& array) { std::tuple_size<T>::value; array.data(); };

/// What an element is passed on as: what the iterator yields, but for the proxies of vector<bool> the value.
template <class Range, class Yield, bool proxies>
struct RecordType {
  using type = Yield;
};
template <class Range, class Yield>
struct RecordType<Range, Yield, true> {
  using type = typename Range::value_type;
};
template <class Range, class Yield, bool proxies>
using RecordOf = typename RecordType<Range, Yield, proxies>::type;

}  // namespace detail

/// **meaning** true for a range that is cheap to copy and does not own its records: it is copied into a pipeline even as an lvalue.
/// Known for std's views; range-v3's are declared by <dstream/ranges.hpp>; specialise it for your own.
template <class T>
inline constexpr bool isView = std::ranges::enable_view<T>;

/// **meaning** how a pipeline holds its range. Borrowed: a pointer to an lvalue that must outlive it. Owned: a container, whose
/// records may be moved out by the one pass that a pipeline makes. View: a copy of the view.
enum class Hold { Borrowed, Owned, View };

/// **meaning** a range as an Rdd of `partitions` nearly equal partitions (more than one needs random access).
/// **kept** see Hold. **cost** the naive loop over the range.
template <class Range, Hold hold>
class [[nodiscard("a pipeline does nothing until an action or output ends it")]] RangeRdd {
  static constexpr bool randomAccess = detail::RandomAccess<Range>;
  static constexpr bool moves = hold == Hold::Owned && std::is_lvalue_reference_v<decltype(*detail::first(std::declval<Range&>()))>;
  using Yield = decltype(*detail::first(std::declval<Range&>()));
  static constexpr bool proxies = !std::is_reference_v<Yield> && detail::OwnsElements<Range>;  // vector<bool>

 public:
  using reference = std::conditional_t<moves, std::add_rvalue_reference_t<std::remove_reference_t<Yield>>, detail::RecordOf<Range, Yield, proxies>>;
  using value_type = std::remove_cvref_t<reference>;
  using Held = std::conditional_t<hold == Hold::Borrowed, Range*, Range>;

  constexpr explicit RangeRdd(Held held, std::size_t partitions = 1) : held_(std::move(held)), partitions_(partitions) {}

  [[nodiscard]] constexpr std::size_t partitions() const { return partitions_; }
  [[nodiscard]] static constexpr Inline runner() { return {}; }
  static constexpr void prepare(auto&) {}
  [[nodiscard]] constexpr std::size_t recordCount() const
    requires randomAccess
  {
    return size();
  }

  [[nodiscard]] constexpr std::size_t splits(std::size_t partition, std::size_t bytes) const {
    if constexpr (randomAccess) {
      const std::size_t records = cut(partition + 1, partitions_, size()) - cut(partition, partitions_, size());
      const std::size_t perSlice = bytes / sizeof(value_type);
      return records == 0 ? 1 : perSlice == 0 ? records : (records - 1) / perSlice + 1;
    } else {
      return 1;
    }
  }

  /// The range itself, to be moved from or, where it is borrowed, copied.
  [[nodiscard]] constexpr Range&& take() &&
    requires(hold != Hold::Borrowed)
  {
    return std::move(held_);
  }
  [[nodiscard]] constexpr const Range& take() &&
    requires(hold == Hold::Borrowed)
  {
    return *held_;
  }

  static constexpr bool foldsEverything = true;
  template <class Part, class Accumulator, class Step>
  DSTREAM_INLINE constexpr Accumulator fold(Part part, Accumulator accumulator, Step& step) {
    auto from = detail::first(range());
    auto to = last();
    if constexpr (randomAccess && std::is_same_v<Part, Slice>) {
      if (partitions_ != 1 || part.count != 1) {
        const std::size_t whole = size();
        const std::size_t start = cut(part.partition, partitions_, whole);
        const std::size_t records = cut(part.partition + 1, partitions_, whole) - start;
        using Difference = decltype(from - from);
        to = from + static_cast<Difference>(start + cut(part.index + 1, part.count, records));
        from = from + static_cast<Difference>(start + cut(part.index, part.count, records));
      }
    }
    if constexpr (randomAccess && laneCount<std::remove_pointer_t<Accumulator>> != 0) {
      detail::foldLanes<reference>(from, to, *accumulator, step);
      return accumulator;
    }
    if constexpr (randomAccess && std::is_pointer_v<Accumulator> && detail::Thins<Step, reference>)
      return detail::foldChunks<reference>(from, to, accumulator, step);
    for (; from != to; ++from) {
      if constexpr (prefetches) prefetch(*from);
      accumulator = step(std::move(accumulator), static_cast<reference>(*from));
      if (v0::stopped(accumulator)) break;
    }
    return accumulator;
  }

 private:
  /// Of a range with random access an iterator, even if its end is none: slices end at iterators.
  constexpr auto last() {
    using First = detail::IteratorOf<Range>;
    if constexpr (randomAccess && !std::is_same_v<First, decltype(detail::last(range()))>) {
      const First from = detail::first(range());
      return from + static_cast<decltype(from - from)>(size());
    } else {
      return detail::last(range());
    }
  }

  /// Records that fill lines of the cache. The hardware reads ahead as well, but only to the end of a page, so this asks a page ahead.
  static constexpr bool prefetches = std::is_lvalue_reference_v<Yield> && sizeof(value_type) >= 64 && randomAccess && detail::Adjacent<Range>;
  DSTREAM_INLINE static constexpr void prefetch(const value_type& record) {
    if (!std::is_constant_evaluated()) __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(&record) + 4096));
  }

  constexpr Range& range() {
    if constexpr (hold == Hold::Borrowed) {
      return *held_;
    } else {
      return held_;
    }
  }

  [[nodiscard]] constexpr std::size_t size() const
    requires randomAccess
  {
    if constexpr (hold == Hold::Borrowed) {
      return static_cast<std::size_t>(detail::last(*held_) - detail::first(*held_));
    } else if constexpr (detail::RandomAccess<const Range>) {
      return static_cast<std::size_t>(detail::last(held_) - detail::first(held_));
    } else {  // a view that cannot be asked as const: its copy can
      Range copy = held_;
      return static_cast<std::size_t>(detail::last(copy) - detail::first(copy));
    }
  }

  /// Where the index-th of `count` nearly equal parts of `total` begins.
  static constexpr std::size_t cut(std::size_t index, std::size_t count, std::size_t total) {
    return total / count * index + total % count * index / count;
  }

  [[no_unique_address]] Held held_;
  std::size_t partitions_;
};

namespace detail {

/// The head of a pipeline over `range`, by the rules of Hold.
template <class Range>
constexpr auto headOf(Range&& range, std::size_t partitions = 1) {
  using Plain = std::remove_cvref_t<Range>;
  if constexpr (isView<Plain>) {
    return RangeRdd<Plain, Hold::View>{Plain(std::forward<Range>(range)), partitions};
  } else if constexpr (!std::is_lvalue_reference_v<Range> && !OwnsElements<Plain>) {
    return RangeRdd<Plain, Hold::View>{Plain(std::forward<Range>(range)), partitions};
  } else if constexpr (!std::is_lvalue_reference_v<Range>) {
    return RangeRdd<Plain, Hold::Owned>{Plain(std::forward<Range>(range)), partitions};
  } else if constexpr (Iterable<const std::remove_reference_t<Range>>) {
    return RangeRdd<const std::remove_reference_t<Range>, Hold::Borrowed>{&range, partitions};
  } else {
    return RangeRdd<std::remove_reference_t<Range>, Hold::Borrowed>{&range, partitions};
  }
}

}  // namespace detail

/// **shape** range of T → Rdd<T> with `partitions` partitions. **meaning** cuts a range into nearly equal partitions, in order.
/// **kept** an lvalue container is borrowed, an rvalue owned, a view copied. **errors** compile time: the range has no random access.
/// **source** Spark's SparkContext.parallelize.
template <class Range>
[[nodiscard]] constexpr auto parallelize(Range&& range, std::size_t partitions) {
  constexpr bool cuttable = detail::RandomAccess<std::remove_reference_t<Range>>;
  static_assert(cuttable, "parallelize needs a range with random access; collect it into a vector first");
  return detail::headOf(std::forward<Range>(range), cuttable && partitions != 0 ? partitions : 1);
}

}  // namespace dstream::inline v0
