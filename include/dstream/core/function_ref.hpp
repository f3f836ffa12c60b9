// SPDX-License-Identifier: BSL-1.0
#pragma once
// FunctionRef: a callable passed down a call, by reference and without its type; one indirect call, no allocation.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

template <class Signature>
class FunctionRef;

/// **meaning** a borrowed callable; valid only while the callable lives, so a parameter type, never a member that outlives a call.
template <class Result, class... Args>
class FunctionRef<Result(Args...)> {
 public:
  template <class Fn>
    requires(!std::is_same_v<std::remove_cvref_t<Fn>, FunctionRef>) && std::is_invocable_r_v<Result, Fn&, Args...>
  FunctionRef(Fn&& fn) noexcept  // NOLINT(google-explicit-constructor): a parameter type
      : object_(address(fn)), call_([](void* object, Args... args) -> Result {
          using Plain = std::remove_reference_t<Fn>;
          if constexpr (std::is_function_v<Plain>) {
            return reinterpret_cast<Plain*>(object)(std::forward<Args>(args)...);
          } else {
            return (*static_cast<Plain*>(object))(std::forward<Args>(args)...);
          }
        }) {}

  Result operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  template <class Fn>
  static void* address(Fn& fn) {
    if constexpr (std::is_function_v<Fn>) {
      return reinterpret_cast<void*>(&fn);
    } else {
      return const_cast<void*>(static_cast<const volatile void*>(&fn));
    }
  }

  void* object_;
  Result (*call_)(void*, Args...);
};

}  // namespace dstream::inline v0
