// SPDX-License-Identifier: BSL-1.0
#pragma once
// SharedFunction: a function that only moves, held so that it can be copied into each batch of a stream.

#include <type_traits>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// **meaning** one function with several owners, called as const. **cost** one indirection per call.
template <class Fn>
class SharedFunction {
 public:
  explicit SharedFunction(Fn fn) : held_(new Held{std::move(fn), {}}) {}
  SharedFunction(const SharedFunction& other) : held_(other.held_) { held_->owners.increment(); }
  SharedFunction& operator=(const SharedFunction&) = delete;
  ~SharedFunction() {
    if (held_->owners.decrement()) delete held_;
  }

  template <class... Args>
    requires std::is_invocable_v<const Fn&, Args...>
  DSTREAM_INLINE decltype(auto) operator()(Args&&... args) const {
    return static_cast<const Fn&>(held_->fn)(std::forward<Args>(args)...);
  }

 private:
  struct Held {
    Fn fn;
    AtomicCount owners;
  };
  Held* held_;
};

/// `fn` itself where it can be copied, else shared: what a wide operator holds of a function.
template <class Fn>
constexpr auto copyable(Fn fn) {
  if constexpr (std::is_copy_constructible_v<Fn>) {
    return fn;
  } else {
    return SharedFunction<Fn>{std::move(fn)};
  }
}

}  // namespace dstream::inline v0::detail
