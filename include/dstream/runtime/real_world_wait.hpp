// SPDX-License-Identifier: BSL-1.0
#pragma once
// waitFor: the wait for a descriptor that belongs to another library, for connectors; a library
// that does its own I/O is a door of its own.

#include <poll.h>

#include <cerrno>

#include <dstream/core/config.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// A moment of the steady clock.
class Deadline {
 public:
  explicit Deadline(Nanos duration) : end_(steadyNow() + duration) {}
  [[nodiscard]] Nanos left() const { return end_ - steadyNow(); }
  /// Not later than so long from now.
  void hurry(Nanos duration) {
    const Nanos end = steadyNow() + duration;
    if (end < end_) end_ = end;
  }

 private:
  Nanos end_;
};

/// Until the descriptor can be read or written, as asked, or is in error; at most `atMost`, in
/// whole milliseconds. False: nothing of it, or a signal came.
/// **errors** SystemError.
inline bool waitFor(int descriptor, bool toRead, bool toWrite, Nanos atMost) {
  pollfd asked{descriptor, static_cast<short>((toRead ? POLLIN : 0) | (toWrite ? POLLOUT : 0)), 0};
  const Nanos milliseconds = atMost <= 0 ? 0 : (atMost - 1) / 1'000'000 + 1;
  const int ready =
      ::poll(&asked, 1, static_cast<int>(milliseconds < 60'000 ? milliseconds : 60'000));
  if (ready < 0 && errno != EINTR) throw SystemError(errno, "poll");
  return ready > 0;
}

}  // namespace dstream::inline v0::detail
