// SPDX-License-Identifier: BSL-1.0
#pragma once
// File descriptors that close themselves, events one can poll for, and the system's clocks. Part of
// real_world.hpp.

#include <fcntl.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// A file descriptor that is closed with its owner. Never 0, 1 or 2: in a process that closed those, what is printed would go into a file or a socket.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd < 0 || fd > STDERR_FILENO ? fd : moved(fd)) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);  // not repeated after EINTR: Linux has closed it by then
  }
  [[nodiscard]] int get() const { return fd_; }

  static Descriptor event() {
    Descriptor made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (made.get() < 0) throw SystemError(errno, "eventfd");
    return made;
  }

 private:
  static int moved(int fd) {
    const int above = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int error = errno;
    ::close(fd);
    errno = error;
    return above;
  }

  int fd_ = -1;
};

/// Both are async-signal-safe. EAGAIN needs no care: an event that is full is set, one that is empty is not.
inline void setEvent(int fd) {
  const std::uint64_t one = 1;
  while (::write(fd, &one, sizeof one) < 0 && errno == EINTR) {
  }
}
inline void clearEvent(int fd) {
  std::uint64_t count = 0;
  while (::read(fd, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

inline Nanos readClock(clockid_t clock) {
  timespec at{};
  ::clock_gettime(clock, &at);
  return Nanos{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}
inline Nanos steadyNow() { return readClock(CLOCK_MONOTONIC); }

}  // namespace dstream::inline v0::detail
