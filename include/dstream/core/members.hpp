// SPDX-License-Identifier: BSL-1.0
#pragma once
// withMembers: the members of an aggregate, without a list of them.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/aggregate.hpp>
#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// As many as withMembers knows how to name.
inline constexpr std::size_t mostNamedMembers = 16;

/// An aggregate whose members can be named: 1 to 16 of them, no base, no array as in C.
template <class T>
concept HasMembers = std::is_class_v<T> && std::is_aggregate_v<T> && !std::is_empty_v<T> && (memberCount<T>() <= mostNamedMembers);

/// `body(members...)`. T may be const.
template <class T, class Body>
constexpr decltype(auto) withMembers(T& value, Body&& body) {
  constexpr std::size_t count = memberCount<std::remove_const_t<T>>();
  static_assert(count >= 1 && count <= mostNamedMembers);
  if constexpr (count == 1) {
    auto& [a] = value;
    return body(a);
  } else if constexpr (count == 2) {
    auto& [a, b] = value;
    return body(a, b);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = value;
    return body(a, b, c);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = value;
    return body(a, b, c, d);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = value;
    return body(a, b, c, d, e);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, f] = value;
    return body(a, b, c, d, e, f);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, f, g] = value;
    return body(a, b, c, d, e, f, g);
  } else if constexpr (count == 8) {
    auto& [a, b, c, d, e, f, g, h] = value;
    return body(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 9) {
    auto& [a, b, c, d, e, f, g, h, i] = value;
    return body(a, b, c, d, e, f, g, h, i);
  } else if constexpr (count == 10) {
    auto& [a, b, c, d, e, f, g, h, i, j] = value;
    return body(a, b, c, d, e, f, g, h, i, j);
  } else if constexpr (count == 11) {
    auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
    return body(a, b, c, d, e, f, g, h, i, j, k);
  } else if constexpr (count == 12) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
    return body(a, b, c, d, e, f, g, h, i, j, k, l);
  } else if constexpr (count == 13) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
    return body(a, b, c, d, e, f, g, h, i, j, k, l, m);
  } else if constexpr (count == 14) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
    return body(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
  } else if constexpr (count == 15) {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = value;
    return body(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
  } else {
    auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
    return body(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
  }
}

/// The types of the members, in a list that deduces: `template <class... M> f(MemberTypes<M...>)`.
template <class... Members>
struct MemberTypes {};
template <class T>
using MembersOf = decltype(withMembers(std::declval<const T&>(), [](const auto&... members) { return MemberTypes<std::remove_cvref_t<decltype(members)>...>{}; }));

}  // namespace dstream::inline v0::detail
