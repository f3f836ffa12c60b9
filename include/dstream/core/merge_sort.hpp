// SPDX-License-Identifier: BSL-1.0
#pragma once
// mergeSort: a stable sort; <algorithm> would cost more than the core, and is not safe when an order contradicts itself.

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// Records that are bytes, at addresses.
template <class Records>
inline constexpr bool isPlain = [] {
  using Record = typename Records::value_type;
  return std::is_trivially_copyable_v<Record> && std::is_copy_constructible_v<Record> && std::is_copy_assignable_v<Record> && !std::is_same_v<Record, bool>;
}();

/// Room for merged runs. Plain records are written over what is there: no capacity is looked at, and the place stays in a register.
template <class Records>
void makeMergeRoom(Records& out, const Records& from) {
  if constexpr (isPlain<Records>) {
    out = from;
  } else {
    out.reserve(from.size());
  }
}

/// Merges two sorted runs of `from` to the same place of `out`, which has the room and, unless plain, as many records as are before it; the left one's
/// records come first among equals.
template <class Records, class Less>
void mergeRuns(Records& from, std::size_t left, std::size_t middle, std::size_t right, Records& out, const Less& less) {
  if constexpr (isPlain<Records>) {
    const auto* l = from.data() + left;
    const auto* r = from.data() + middle;
    const auto* const leftEnd = r;
    const auto* const rightEnd = from.data() + right;
    auto* to = out.data() + left;
    while (l != leftEnd && r != rightEnd) {  // without a branch, which would be foreseen in half of the cases
      const bool fromRight = less(*r, *l);
      *to++ = *(fromRight ? r : l);
      r += fromRight;
      l += !fromRight;
    }
    while (l != leftEnd) *to++ = *l++;
    while (r != rightEnd) *to++ = *r++;
  } else {
    std::size_t l = left;
    std::size_t r = middle;
    while (l < middle && r < right) {
      if (less(std::as_const(from)[r], std::as_const(from)[l])) {
        out.push_back(std::move(from[r++]));
      } else {
        out.push_back(std::move(from[l++]));
      }
    }
    for (; l < middle; ++l) out.push_back(std::move(from[l]));
    for (; r < right; ++r) out.push_back(std::move(from[r]));
  }
}

/// **cost** O(n log n) calls of less, a second buffer. Whatever less says, no record is read out of place; what it throws goes through, and
/// then some records may be lost.
template <class Records, class Less>
void mergeSort(Records& records, const Less& less) {
  constexpr std::size_t run = 16;  // below it, insertion is quicker
  const std::size_t size = records.size();
  for (std::size_t from = 0; from < size; from += run) {
    const std::size_t to = size - from < run ? size : from + run;
    for (std::size_t i = from + 1; i < to; ++i) {
      if (!less(std::as_const(records)[i], std::as_const(records)[i - 1])) continue;
      typename Records::value_type record = std::move(records[i]);
      std::size_t at = i;
      do {
        records[at] = std::move(records[at - 1]);
        --at;
      } while (at > from && less(std::as_const(record), std::as_const(records)[at - 1]));
      records[at] = std::move(record);
    }
  }
  Records other;
  if (size > run) detail::makeMergeRoom(other, records);
  for (std::size_t width = run; width < size; width *= 2) {
    for (std::size_t left = 0; left < size; left += 2 * width) {
      const std::size_t middle = size - left < width ? size : left + width;
      detail::mergeRuns(records, left, middle, size - middle < width ? size : middle + width, other, less);
    }
    records.swap(other);
    if constexpr (!isPlain<Records>) other.clear();
  }
}

}  // namespace dstream::inline v0::detail
