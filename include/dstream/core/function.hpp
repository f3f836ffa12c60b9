// SPDX-License-Identifier: BSL-1.0
#pragma once
// Function: a callable kept without its type; std::function's header would cost more than the runtime it serves.

#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

template <class Signature>
class Function;

/// **meaning** owns a callable; move-only. **errors** calling an empty one is undefined, as with a null pointer.
template <class Result, class... Args>
class Function<Result(Args...)> {
 public:
  Function() = default;
  template <class Fn>
    requires(!std::is_same_v<std::remove_cvref_t<Fn>, Function>) && std::is_invocable_r_v<Result, std::remove_cvref_t<Fn>&, Args...>
  Function(Fn&& fn)  // NOLINT(google-explicit-constructor): as std::function
      : call_(new Held<std::remove_cvref_t<Fn>>(std::forward<Fn>(fn))) {}
  Function(Function&& other) noexcept : call_(std::exchange(other.call_, nullptr)) {}
  Function& operator=(Function&& other) noexcept {
    std::swap(call_, other.call_);
    return *this;
  }
  ~Function() { delete call_; }

  Result operator()(Args... args) const { return call_->call(std::forward<Args>(args)...); }
  [[nodiscard]] explicit operator bool() const { return call_ != nullptr; }

 private:
  struct Callable {
    virtual ~Callable() = default;
    virtual Result call(Args... args) = 0;
  };
  template <class Fn>
  struct Held final : Callable {
    template <class Given>
    explicit Held(Given&& given) : fn(std::forward<Given>(given)) {}
    Result call(Args... args) override { return static_cast<Result>(fn(std::forward<Args>(args)...)); }
    Fn fn;
  };

  Callable* call_ = nullptr;  // a unique_ptr of each signature would cost more than all else here
};

}  // namespace dstream::inline v0
