// SPDX-License-Identifier: BSL-1.0
#pragma once
// Inverse: what is known of a function's algebra beyond its Identity; windows choose their algorithm by it.

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
/// inverse is known takes out what leaves instead of combining anew. Specialise it for your own functions; testing::checkLaws tests what you state.
/// Plus over integers is known; over floating point it is not, since what rounding leaves behind would stay for ever.
template <class Fn, class T>
struct Inverse {};
template <std::integral T>
struct Inverse<Plus, T> {
  using type = Minus;
};

template <class Fn, class T>
concept Invertible = requires { typename Inverse<std::remove_cvref_t<Fn>, T>::type; };

}  // namespace dstream::inline v0
