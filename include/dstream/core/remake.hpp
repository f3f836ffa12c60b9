// SPDX-License-Identifier: BSL-1.0
#pragma once
// remake: an object becomes what a function makes of it.

#include <new>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// value = make(value), where `make` takes an rvalue. What is bytes is remade where it lies, from a copy: an assignment's right side g++
/// may write to the stack member by member and read back whole, for which the processor waits 8 ns and more ({int64, int32, int32, uint32}, -O3).
/// When `make` throws, such a value may be half remade.
template <class Value, class Make>
DSTREAM_INLINE constexpr void remake(Value& value, const Make& make) {
  if constexpr (std::is_trivially_copyable_v<Value>) {
    if (!std::is_constant_evaluated()) {
      Value before(std::move(value));
      ::new (static_cast<void*>(__builtin_addressof(value))) Value(make(std::move(before)));
      return;
    }
  }
  value = make(std::move(value));
}

}  // namespace dstream::inline v0::detail
