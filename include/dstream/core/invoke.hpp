// SPDX-License-Identifier: BSL-1.0
#pragma once
// invoke: calls a function or a pointer to member without <functional>, which would double the cost of including the core.

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// `invoke(&Reading::value, reading)` and `invoke(f, args...)`, as std::invoke does for objects and references.
template <class Fn, class First, class... Rest>
DSTREAM_INLINE constexpr decltype(auto) invoke(Fn& fn, First&& first, Rest&&... rest) {
  using Plain = std::remove_cvref_t<Fn>;
  if constexpr (std::is_member_object_pointer_v<Plain>) {
    if constexpr (requires { first.*fn; }) {
      return std::forward<First>(first).*fn;
    } else {
      return (*std::forward<First>(first)).*fn;  // a pointer to the object
    }
  } else if constexpr (std::is_member_function_pointer_v<Plain>) {
    if constexpr (requires { (std::forward<First>(first).*fn)(std::forward<Rest>(rest)...); }) {
      return (std::forward<First>(first).*fn)(std::forward<Rest>(rest)...);
    } else {
      return ((*std::forward<First>(first)).*fn)(std::forward<Rest>(rest)...);
    }
  } else {
    return fn(std::forward<First>(first), std::forward<Rest>(rest)...);
  }
}

/// How the operators that are in every loop hold a function: a pointer to member as an object that invokes it, so that all are called as they are,
/// without `invoke` around them, which would be one more function of each step to the compiler.
template <class Fn>
struct CalledFn {
  using type = Fn;
};
template <class Member, class Class>
struct CalledFn<Member Class::*> {
  struct type {
    constexpr type(Member Class::*member) : pointer(member) {}  // NOLINT(google-explicit-constructor): as the pointer itself would be held
    template <class Object>
    DSTREAM_INLINE constexpr decltype(auto) operator()(Object&& object) const {
      return detail::invoke(pointer, std::forward<Object>(object));
    }
    Member Class::*pointer;
  };
};
template <class Fn>
using Called = typename CalledFn<Fn>::type;

/// All but pointers to member. Asked first: std's traits are a dozen classes for each function and its arguments.
template <class Fn, class... Args>
concept CalledAsItIs = requires(const Fn& fn, Args&&... args) { fn(static_cast<Args&&>(args)...); };
template <class Fn, class... Args>
concept Callable = CalledAsItIs<Fn, Args...> || std::is_invocable_v<const Fn&, Args...>;

template <class Fn, class... Args>
struct CallResultType : std::invoke_result<const Fn&, Args...> {};
template <class Fn, class... Args>
  requires CalledAsItIs<Fn, Args...>
struct CallResultType<Fn, Args...> {
  using type = decltype(std::declval<const Fn&>()(std::declval<Args>()...));
};

/// What the library calls on a record: the function as const, since tasks share it.
template <class Fn, class... Args>
inline constexpr bool callable = Callable<Fn, Args...>;
/// Why a function cannot be called with a record, where that can be said better than by the operator.
template <class Fn, class Record>
consteval bool saysWhyNot() {
  constexpr bool wantsString = std::is_same_v<std::remove_cvref_t<Record>, std::string_view> && std::is_invocable_v<const Fn&, std::string>;
  static_assert(!wantsString, "text is passed as a std::string_view; take that or auto, and make a std::string of it where one is needed");
  return wantsString;
}

template <class Fn, class... Args>
using CallResult = typename CallResultType<Fn, Args...>::type;

}  // namespace dstream::inline v0::detail
