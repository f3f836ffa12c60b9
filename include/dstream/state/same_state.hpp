// SPDX-License-Identifier: BSL-1.0
#pragma once
// sameState: whether two states have the same bytes, without making any.

#include <cstddef>
#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/members.hpp>

namespace dstream::inline v0::detail {

/// Values all the way down, of types whose bytes follow from those of their parts. Whatever else
/// has a Codec, a shared_ptr's say, may change behind its copies.
template <class T>
consteval bool hasSameState() {
  if constexpr (CodecNumber<T> || CodecText<T> || std::is_empty_v<T>) {
    return true;
  } else if constexpr (CodecDuration<T>) {
    return hasSameState<typename T::rep>();
  } else if constexpr (CodecMoment<T>) {
    return hasSameState<typename T::duration>();
  } else if constexpr (CodecOptional<T> || CodecArray<T> || CodecContainer<T>) {
    return hasSameState<std::remove_cv_t<typename T::value_type>>();
  } else if constexpr (CodecProduct<T>) {
    return []<std::size_t... Index>(std::index_sequence<Index...>) {
      return (hasSameState<std::remove_cv_t<std::tuple_element_t<Index, T>>>() && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (CodecAggregate<T>) {
    return []<class... Members>(MemberTypes<Members...>) {
      return (hasSameState<Members>() && ...);
    }(MembersOf<T>{});
  } else {
    return false;
  }
}

/// False where it is not certain: floats by their bits, and an unordered container's elements in
/// their order. Not by `==`, which may leave something out.
template <class T>
bool sameState(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return std::memcmp(&a, &b, sizeof(T)) == 0;
  } else if constexpr (CodecNumber<T> || CodecText<T>) {
    return a == b;
  } else if constexpr (std::is_empty_v<T>) {
    return true;
  } else if constexpr (CodecDuration<T>) {
    return sameState(a.count(), b.count());
  } else if constexpr (CodecMoment<T>) {
    return sameState(a.time_since_epoch(), b.time_since_epoch());
  } else if constexpr (CodecOptional<T>) {
    return a.has_value() == b.has_value() && (!a.has_value() || sameState(*a, *b));
  } else if constexpr (CodecArray<T> || CodecContainer<T>) {
    if (a.size() != b.size()) return false;
    auto other = b.begin();
    for (auto element = a.begin(); element != a.end(); ++element, ++other) {
      using Element = std::remove_cv_t<typename T::value_type>;
      if (!sameState<Element>(*element, *other)) return false;
    }
    return true;
  } else if constexpr (CodecProduct<T>) {
    return [&]<std::size_t... Index>(std::index_sequence<Index...>) {
      using std::get;
      return (sameState(get<Index>(a), get<Index>(b)) && ...);
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else {
    return withMembers(a, [&](const auto&... mine) {
      return withMembers(b,
                         [&](const auto&... others) { return (sameState(mine, others) && ...); });
    });
  }
}

}  // namespace dstream::inline v0::detail
