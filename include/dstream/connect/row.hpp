// SPDX-License-Identifier: BSL-1.0
#pragma once
// What of a record fills the columns of a table's row.

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/members.hpp>

namespace dstream::inline v0::detail {

template <class T>
concept RowBytes =
    requires(const T& bytes) {
      bytes.data();
      bytes.size();
    }
    && (std::is_same_v<typename T::value_type, std::byte>
        || std::is_same_v<typename T::value_type, unsigned char>);

/// Has a place in a row.
template <class T>
consteval bool rowValue() {
  if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> || CodecText<T> || CodecDuration<T>) {
    return !std::is_same_v<T, long double>;
  } else if constexpr (CodecOptional<T>) {
    return rowValue<typename T::value_type>();
  } else {
    return RowBytes<T>;
  }
}

/// As many as a record fills; 0: it is no row.
template <class T>
consteval std::size_t rowColumns() {
  if constexpr (rowValue<T>()) {
    return 1;
  } else if constexpr (CodecProduct<T>) {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
      return (rowValue<std::remove_cvref_t<std::tuple_element_t<Index, T>>>() && ...) ? sizeof...(Index)
                                                                                  : 0;
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (HasMembers<T>) {
    return []<class... Members>(MemberTypes<Members...>) {
      return (rowValue<Members>() && ...) ? sizeof...(Members) : 0;
    }(MembersOf<T>{});
  } else {
    return 0;
  }
}

/// `body(values...)`, the values in the order of their columns.
template <class T, class Body>
decltype(auto) withColumns(const T& record, Body&& body) {
  if constexpr (rowValue<T>()) {
    return body(record);
  } else if constexpr (CodecProduct<T>) {
    return std::apply(body, record);
  } else {
    return withMembers(record, body);
  }
}

}  // namespace dstream::inline v0::detail
