// SPDX-License-Identifier: BSL-1.0
#pragma once
// findByte: memchr, also in constant expressions.

#include <cstddef>
#include <type_traits>

#include <dstream/core/config.hpp>

namespace dstream::inline v0::detail {

/// The first `byte` in [from, to), or null. Neither may be null. (char_traits::find asks for an empty range first, which costs a test per call.)
DSTREAM_INLINE constexpr const char* findByte(const char* from, const char* to, char byte) {
  if (std::is_constant_evaluated()) {
    for (; from != to; ++from)
      if (*from == byte) return from;
    return nullptr;
  }
  return static_cast<const char*>(__builtin_memchr(from, static_cast<unsigned char>(byte), static_cast<std::size_t>(to - from)));
}

}  // namespace dstream::inline v0::detail
