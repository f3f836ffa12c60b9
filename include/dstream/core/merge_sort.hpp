// SPDX-License-Identifier: BSL-1.0
#pragma once
// mergeSort: a stable sort; <algorithm> would cost more than the core, and is not safe when an order contradicts itself.

#include <cstddef>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// Appends two sorted runs to `out`, merged; the left one's records come first among equals.
template <class Records, class Less>
void mergeRuns(Records& from, std::size_t left, std::size_t middle, std::size_t right, Records& out, const Less& less) {
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
  for (std::size_t width = run; width < size; width *= 2) {
    other.reserve(size);
    for (std::size_t left = 0; left < size; left += 2 * width) {
      const std::size_t middle = size - left < width ? size : left + width;
      detail::mergeRuns(records, left, middle, size - middle < width ? size : middle + width, other, less);
    }
    records.swap(other);
    other.clear();
  }
}

}  // namespace dstream::inline v0::detail
