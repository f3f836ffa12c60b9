// SPDX-License-Identifier: BSL-1.0
#pragma once
// KeyValue: records that are pairs of a key and a value; how their members are named and passed on.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

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

/// What a function is given of a record's key or value.
template <class Record>
using KeyRecord = decltype(member<0>(std::declval<Record>()));
template <class Record>
using ValueRecord = decltype(member<1>(std::declval<Record>()));

/// What a fused operator puts into the pair it makes: a record's own part is moved, another's is referred to, small ones are copied.
template <class T>
struct PassedOf {
  using type = std::remove_cv_t<T>;
};
template <class T>
struct PassedOf<T&&> {
  using type = std::remove_cv_t<T>;
};
template <class T>
struct PassedOf<T&> {
  using type = std::conditional_t<sizeof(T) <= 16 && std::is_trivially_copyable_v<T>, std::remove_cv_t<T>, const T&>;
};
template <class T>
using Passed = typename PassedOf<T>::type;

}  // namespace detail

}  // namespace dstream::inline v0
