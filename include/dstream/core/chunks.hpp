// SPDX-License-Identifier: BSL-1.0
#pragma once
// Chunks: small values that a filter thins out, some at a time and without a branch, on their way
// to where they are kept.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// How many records go through one step before the next one sees them: their values, twice, lie in
/// the fastest cache.
inline constexpr std::size_t chunkRecords = 64;

/// A record that a chunk may hold a copy of: nobody can tell by anything but its address, and
/// copying is a move between registers.
template <class Reference>
concept ChunkValue = std::is_trivially_copyable_v<std::remove_cvref_t<Reference>>
                     && std::is_trivially_default_constructible_v<std::remove_cvref_t<Reference>>
                     && std::is_trivially_copy_constructible_v<std::remove_cvref_t<Reference>>
                     && std::is_trivially_copy_assignable_v<std::remove_cvref_t<Reference>>
                     && sizeof(std::remove_cvref_t<Reference>) <= 8
                     && (!std::is_lvalue_reference_v<Reference>
                         || std::is_const_v<std::remove_reference_t<Reference>>);

/// Such records come to a filter, by steps that know chunks. Of an accumulator in memory only:
/// where it is in registers, as a sum is, the branch may vanish into vectors, and the plain loop is
/// the better one.
template <class Step, class Reference>
concept Thins = ChunkValue<Reference> && requires { requires Step::template thins<Reference>; };

/// The `count` records from `from` on, at most chunkRecords, each read as Reference.
template <class Reference, class From, class Accumulator, class Step>
DSTREAM_INLINE constexpr Accumulator foldChunk(From from, std::size_t count,
                                               Accumulator accumulator, Step& step) {
  if constexpr (requires { step.template chunk<Reference>(from, count, std::move(accumulator)); }) {
    return step.template chunk<Reference>(from, count, std::move(accumulator));
  } else {
    for (std::size_t i = 0; i < count; ++i, ++from)
      accumulator = step(std::move(accumulator), static_cast<Reference>(*from));
    return accumulator;
  }
}

/// All records of a range with random access; by the plain loop for as long as the last chunk, one
/// of 64 then, says that the filters' outcomes can be foreseen.
template <class Reference, class First, class Last, class Accumulator, class Step>
DSTREAM_INLINE constexpr Accumulator foldChunks(First from, Last to, Accumulator accumulator,
                                                Step& step) {
  using Difference = decltype(to - from);
  const auto next = [&](std::size_t most) {
    const auto left = static_cast<std::size_t>(to - from);
    return left < most ? left : most;
  };
  while (from != to) {
    const std::size_t count = next(chunkRecords);
    accumulator = foldChunk<Reference>(from, count, std::move(accumulator), step);
    from += static_cast<Difference>(count);
    if (!step.template foreseeable<Reference>()) continue;
    const First end = from + static_cast<Difference>(next(63 * chunkRecords));
    for (; from != end; ++from)
      accumulator = step(std::move(accumulator), static_cast<Reference>(*from));
  }
  return accumulator;
}

}  // namespace dstream::inline v0::detail
