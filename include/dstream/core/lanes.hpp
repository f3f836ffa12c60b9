// SPDX-License-Identifier: BSL-1.0
#pragma once
// VectorLanes: an accumulator in parts, so that a loop may use vectors where the order of additions is free.

#include <cstddef>
#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// **meaning** an accumulator in parts, for what may be added up in any order: a loop over a range with random access folds each record into
/// the next part, by steps that see one part, so that no record waits for the one before it. Any other loop passes the pointer on, and its
/// step adds to the first part.
template <class Value, std::size_t count>
struct VectorLanes {
  Value parts[count]{};
};

template <class Accumulator>
inline constexpr std::size_t laneCount = 0;
template <class Value, std::size_t count>
inline constexpr std::size_t laneCount<VectorLanes<Value, count>> = count;

namespace detail {

/// On a copy of the lanes: nothing else can point to that, so they may stay in registers.
template <class Reference, class First, class Value, std::size_t count, class Step>
DSTREAM_INLINE constexpr void laneLoop(First from, First to, VectorLanes<Value, count>& accumulator, Step& step) {
  using Difference = decltype(to - from);
  VectorLanes<Value, count> lanes = accumulator;
  for (; to - from >= static_cast<Difference>(count); from += static_cast<Difference>(count))
    for (std::size_t i = 0; i < count; ++i) lanes.parts[i] = step(lanes.parts[i], static_cast<Reference>(*(from + static_cast<Difference>(i))));
  for (std::size_t i = 0; from != to; ++from, ++i) lanes.parts[i] = step(lanes.parts[i], static_cast<Reference>(*from));
  accumulator = lanes;
}

#if defined(__x86_64__) && !defined(__AVX2__)
/// The same for processors with wider vectors than the flags allow. Without fused multiply-add, so the results have equal bytes.
template <class Reference, class First, class Value, std::size_t count, class Step>
[[gnu::target("avx2")]] void wideLaneLoop(First from, First to, VectorLanes<Value, count>& accumulator, Step& step) {
  laneLoop<Reference>(from, to, accumulator, step);
}
#endif

/// Folds the records from `from` to `to`, each read as Reference, into lanes.
template <class Reference, class First, class Value, std::size_t count, class Step>
DSTREAM_INLINE constexpr void foldLanes(First from, First to, VectorLanes<Value, count>& accumulator, Step& step) {
#if defined(__x86_64__) && !defined(__AVX2__)
  if (!std::is_constant_evaluated() && __builtin_cpu_supports("avx2")) return wideLaneLoop<Reference>(from, to, accumulator, step);
#endif
  laneLoop<Reference>(from, to, accumulator, step);
}

}  // namespace detail

}  // namespace dstream::inline v0
