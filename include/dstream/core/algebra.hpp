// SPDX-License-Identifier: BSL-1.0
#pragma once
// lawsOf, Inverse: what is known of a function's algebra beyond its Identity, stated once; windows choose their algorithm by it.

#include <concepts>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/functions.hpp>

namespace dstream::inline v0 {

/// **meaning** subtraction, the inverse of plus.
struct Minus {
  template <class Left, class Right>
  DSTREAM_INLINE constexpr auto operator()(Left&& left, Right&& right) const -> decltype(std::forward<Left>(left) - std::forward<Right>(right)) {
    return std::forward<Left>(left) - std::forward<Right>(right);
  }
};
inline constexpr Minus minus{};

/// **meaning** `Inverse<Fn, T>::type` is a function with `inverse(fn(x, y), y) == x` for every x and y of T. A window over a function whose
/// inverse is known takes out what leaves, the oldest first, instead of combining anew; so to state an inverse is to state that fn is associative and
/// commutative. Specialise it for your own functions; testing::checkLaws tests what you state.
/// Plus over integers is known; over floating point it is not, since what rounding leaves behind would stay for ever, nor over bool, where it is `or`.
template <class Fn, class T>
struct Inverse {};
template <std::integral T>
  requires(!std::is_same_v<T, bool>)
struct Inverse<Plus, T> {
  using type = Minus;
};

template <class Fn, class T>
concept Invertible = requires { typename Inverse<std::remove_cvref_t<Fn>, T>::type; };

/// **meaning** associative: `fn(fn(x, y), z) == fn(x, fn(y, z))`. commutative: `fn(x, y) == fn(y, x)`.
struct Laws {
  bool associative = false;
  bool commutative = false;
};

/// **meaning** what is stated of Fn over T. Every function that reduces must be associative; those of keyed operators commutative too, but for
/// ordered runners. Specialise it for your own functions, and testing::checkLaws tests what you state:
/// `template <> inline constexpr Laws dstream::lawsOf<Merge, Sketch>{.associative = true, .commutative = true};`
/// Sums and products of floating-point numbers are not associative, because of rounding.
template <class Fn, class T>
inline constexpr Laws lawsOf{};
template <std::integral T>
inline constexpr Laws lawsOf<Plus, T>{.associative = true, .commutative = true};
template <std::floating_point T>
inline constexpr Laws lawsOf<Plus, T>{.associative = false, .commutative = true};
template <std::integral T>
inline constexpr Laws lawsOf<Multiplies, T>{.associative = true, .commutative = true};
template <std::floating_point T>
inline constexpr Laws lawsOf<Multiplies, T>{.associative = false, .commutative = true};
template <std::integral T>
inline constexpr Laws lawsOf<Max, T>{.associative = true, .commutative = true};
template <std::integral T>
inline constexpr Laws lawsOf<Min, T>{.associative = true, .commutative = true};
template <>
inline constexpr Laws lawsOf<LogicalAnd, bool>{.associative = true, .commutative = true};
template <>
inline constexpr Laws lawsOf<LogicalOr, bool>{.associative = true, .commutative = true};

template <class Fn, class T>
concept Associative = Invertible<Fn, T> || lawsOf<std::remove_cvref_t<Fn>, T>.associative;
template <class Fn, class T>
concept Commutative = Invertible<Fn, T> || lawsOf<std::remove_cvref_t<Fn>, T>.commutative;

}  // namespace dstream::inline v0
