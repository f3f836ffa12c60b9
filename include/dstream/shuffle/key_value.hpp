// SPDX-License-Identifier: BSL-1.0
#pragma once
// What keyed operators ask of a key, and their sentences.

#include <concepts>

#include <dstream/core/can_keep.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/pairs.hpp>
#include <dstream/shuffle/hash.hpp>

namespace dstream::inline v0 {

namespace detail {

/// What every keyed operator asks of its records, after it has said in its own words that they must be pairs.
template <class Record>
consteval bool keyFits() {
  using Key = KeyOf<Record>;
  if constexpr (canKeep<Key>()) {
    constexpr bool hashable = Hashable<Key>;
    static_assert(hashable, "a key needs a hash; specialise dstream::KeyHash (or std::hash) for it");
    constexpr bool comparable = std::equality_comparable<Key>;
    static_assert(comparable, "a key needs operator==");
    return hashable && comparable;
  } else {
    return false;
  }
}

}  // namespace detail

}  // namespace dstream::inline v0
