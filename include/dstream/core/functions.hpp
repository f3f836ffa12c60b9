// SPDX-License-Identifier: BSL-1.0
#pragma once
// plus, multiplies, max, min: named function objects whose algebra is known, without <functional>.

#include <concepts>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

namespace detail {
struct MaxAction;
struct MinAction;
}  // namespace detail

/// **meaning** addition; the identity is T{}. For text it appends.
struct Plus {
  template <class Left, class Right>
  DSTREAM_INLINE constexpr auto operator()(Left&& left, Right&& right) const -> decltype(std::forward<Left>(left) + std::forward<Right>(right)) {
    return std::forward<Left>(left) + std::forward<Right>(right);
  }
};

struct Multiplies {
  template <class Left, class Right>
  DSTREAM_INLINE constexpr auto operator()(Left&& left, Right&& right) const -> decltype(std::forward<Left>(left) * std::forward<Right>(right)) {
    return std::forward<Left>(left) * std::forward<Right>(right);
  }
};

/// **meaning** the larger of two; the first when they are equal. Returned by value: the arguments may be temporaries.
struct Max {
  template <class Left, class Right>
  DSTREAM_INLINE constexpr std::common_type_t<Left, Right> operator()(Left&& left, Right&& right) const {
    using Common = std::common_type_t<Left, Right>;
    return left < right ? static_cast<Common>(std::forward<Right>(right)) : static_cast<Common>(std::forward<Left>(left));
  }
  /// `rdd | max()`: the action, complete with actions/max.hpp.
  template <class Action = detail::MaxAction>
  [[nodiscard]] constexpr Action operator()() const {
    return Action{};
  }
};

/// **meaning** the smaller of two; the first when they are equal.
struct Min {
  template <class Left, class Right>
  DSTREAM_INLINE constexpr std::common_type_t<Left, Right> operator()(Left&& left, Right&& right) const {
    using Common = std::common_type_t<Left, Right>;
    return right < left ? static_cast<Common>(std::forward<Right>(right)) : static_cast<Common>(std::forward<Left>(left));
  }
  /// `rdd | min()`: the action, complete with actions/min.hpp.
  template <class Action = detail::MinAction>
  [[nodiscard]] constexpr Action operator()() const {
    return Action{};
  }
};

struct LogicalAnd {
  DSTREAM_INLINE constexpr bool operator()(bool left, bool right) const { return left && right; }
};

struct LogicalOr {
  DSTREAM_INLINE constexpr bool operator()(bool left, bool right) const { return left || right; }
};

inline constexpr Plus plus{};
inline constexpr Multiplies multiplies{};
inline constexpr Max max{};
inline constexpr Min min{};
inline constexpr LogicalAnd logicalAnd{};
inline constexpr LogicalOr logicalOr{};

/// **meaning** `identity<Fn, T>()`: the value that `Fn` leaves everything unchanged with. Specialise for your own functions: with it
/// `reduce` is the plain loop, without it each record costs a test for the first one.
template <class Fn, class T>
struct Identity {};
template <class T>
  requires std::is_arithmetic_v<T>
struct Identity<Plus, T> {
  static constexpr T value() { return std::is_floating_point_v<T> ? static_cast<T>(-0.0) : T{}; }  // 0.0 would make 0.0 of -0.0
};
template <class T>
  requires std::is_arithmetic_v<T>
struct Identity<Multiplies, T> {
  static constexpr T value() { return T{1}; }
};

namespace detail {
/// As std::numeric_limits has it, whose header would be another 3 % of the core's.
template <std::integral T>
inline constexpr T greatest = [] {
  if constexpr (std::is_same_v<T, bool> || std::is_unsigned_v<T>) return static_cast<T>(-1);
  constexpr T half = static_cast<T>(T{1} << (8 * sizeof(T) - 2));
  return static_cast<T>(half - 1 + half);
}();
}  // namespace detail

template <std::integral T>
struct Identity<Max, T> {
  static constexpr T value() { return std::is_signed_v<T> ? static_cast<T>(-detail::greatest<T> - 1) : T{}; }
};
template <std::integral T>
struct Identity<Min, T> {
  static constexpr T value() { return detail::greatest<T>; }
};

template <class Fn, class T>
concept HasIdentity = requires {
  { Identity<std::remove_cvref_t<Fn>, T>::value() } -> std::convertible_to<T>;
};

}  // namespace dstream::inline v0
