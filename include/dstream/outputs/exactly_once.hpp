// SPDX-License-Identifier: BSL-1.0
#pragma once
// exactlyOnce: asked of an output, and refused by the compiler where sink or source cannot give it.

#include <type_traits>

#include <dstream/core/config.hpp>
#include <dstream/stream/node.hpp>

namespace dstream::inline v0::detail {

/// Of an output that is staged or transactional: what it asks of the stream's sources.
template <class N, bool asked>
consteval bool canBeExactlyOnce() {
  constexpr bool again = !asked || replayable<N>;
  static_assert(again, "exactly once needs sources that can give the same data again: files, ranges and resumable sockets can, other sockets and queues cannot; a stream that has become an "
                       "AnyDStream no longer says");
  return again;
}

/// Of an output that is neither.
template <class Closure>
struct AtLeastOnceOnly {
  template <class Asked = void>
  auto exactlyOnce() const {
    static_assert(!std::is_void_v<Asked>, "exactly once needs an output that is staged or transactional, as saveAsTextFiles and sqlite::upsert are; this one is called again "
                                          "with the same batch after a crash");
    return static_cast<const Closure&>(*this);
  }
};

}  // namespace dstream::inline v0::detail
