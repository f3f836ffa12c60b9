// SPDX-License-Identifier: BSL-1.0
#pragma once
// KeyValue: records that keyed operators take, pairs of a key and a value, and their sentences.

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>
#include <dstream/shuffle/hash.hpp>

namespace dstream::inline v0 {

/// **meaning** a std::pair, or whatever else has two members by std::tuple_size and get (tuple, array, range-v3's common_pair).
template <class T>
concept KeyValue = requires { requires std::tuple_size<std::remove_cvref_t<T>>::value == 2; };

namespace detail {

template <class Record>
struct KeyValueOf {
  using Key = std::remove_cvref_t<std::tuple_element_t<0, std::remove_cvref_t<Record>>>;
  using Value = std::remove_cvref_t<std::tuple_element_t<1, std::remove_cvref_t<Record>>>;
};
template <class Record>
using KeyOf = typename KeyValueOf<Record>::Key;
template <class Record>
using ValueOf = typename KeyValueOf<Record>::Value;

template <std::size_t index, class Record>
DSTREAM_INLINE constexpr decltype(auto) member(Record&& record) {
  using std::get;
  return get<index>(std::forward<Record>(record));
}

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
