// SPDX-License-Identifier: BSL-1.0
#pragma once
// recordBytes: how much memory a record takes, estimated from its type's shape.

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>

namespace dstream::inline v0 {

/// **meaning** `of(record)`: the bytes that a record holds outside of itself. Known by shape: text and vectors (their capacity), other containers
/// (each element and two pointers), optionals, smart pointers, pairs, tuples and arrays of such. Everything else holds nothing, as far as can be
/// seen, a struct with text in it included: specialise it for your own. **cost** a look at each element that may hold something itself.
template <class T>
struct HeldBytes;

/// sizeof, and what the record holds.
template <class T>
[[nodiscard]] std::size_t recordBytes(const T& record) {
  return sizeof(T) + HeldBytes<T>::of(record);
}

namespace detail {

template <class T>
concept Contiguous = Container<T> && requires(const T& container) {
  container.capacity();
  container.data();
};
template <class T>
concept Product = requires { std::tuple_size<T>::value; };
template <class T>
concept Optional = requires(const T& optional) {
  optional.has_value();
  *optional;
};

}  // namespace detail

template <class T>
struct HeldBytes {
  static std::size_t of(const T& record) {
    if constexpr (std::is_trivially_copyable_v<T>) {
      return 0;
    } else if constexpr (detail::Contiguous<T>) {
      return ofBuffer(record) + ofElements(record);
    } else if constexpr (detail::Container<T>) {
      return record.size() * (sizeof(typename T::value_type) + 2 * sizeof(void*)) + ofElements(record);
    } else if constexpr (detail::Optional<T>) {
      return record.has_value() ? HeldBytes<std::remove_cvref_t<decltype(*record)>>::of(*record) : 0;
    } else if constexpr (detail::SmartPointer<T> && requires { *record; }) {
      return record ? recordBytes(*record) : 0;
    } else if constexpr (detail::Product<T> && requires { record.begin(); }) {
      return ofElements(record);
    } else if constexpr (detail::Product<T>) {
      return ofMembers(record, std::make_index_sequence<std::tuple_size_v<T>>{});
    } else {
      return 0;
    }
  }

 private:
  /// Nothing for a short text, which lies within its string.
  static std::size_t ofBuffer(const T& container) {
    const auto address = [](const void* pointer) { return reinterpret_cast<std::uintptr_t>(pointer); };
    const bool inside = address(container.data()) - address(&container) < sizeof(T);
    return inside ? 0 : container.capacity() * sizeof(typename T::value_type);
  }
  static std::size_t ofElements(const T& container) {
    using Element = typename T::value_type;
    std::size_t bytes = 0;
    if constexpr (!std::is_trivially_copyable_v<Element>)
      for (const Element& element : container) bytes += HeldBytes<Element>::of(element);
    return bytes;
  }
  template <std::size_t... Index>
  static std::size_t ofMembers(const T& product, std::index_sequence<Index...>) {
    using std::get;
    return (std::size_t{0} + ... + HeldBytes<std::remove_cvref_t<decltype(get<Index>(product))>>::of(get<Index>(product)));
  }
};

}  // namespace dstream::inline v0
