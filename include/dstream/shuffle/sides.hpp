// SPDX-License-Identifier: BSL-1.0
#pragma once
// A side: what is gathered of the values of a key from one input, a vector of them or less.

#include <cstddef>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/owned.hpp>

namespace dstream::inline v0::detail {

/// Whether the key has come.
struct Seen {
  bool any = false;
};
/// How often the key has come.
struct Times {
  std::size_t count = 0;
};

template <class Values, class Value>
DSTREAM_INLINE void gather(Values& side, Value&& value) {
  side.push_back(Owned<std::remove_cvref_t<Value>>::own(std::forward<Value>(value)));
}
template <class Value>
DSTREAM_INLINE void gather(Seen& side, Value&&) {
  side.any = true;
}
template <class Value>
DSTREAM_INLINE void gather(Times& side, Value&&) {
  ++side.count;
}

template <class Values>
void append(Values& side, Values&& others) {
  for (auto&& other : others) side.push_back(std::move(other));
}
inline void append(Seen& side, Seen&& other) { side.any |= other.any; }
inline void append(Times& side, Times&& other) { side.count += other.count; }

}  // namespace dstream::inline v0::detail
