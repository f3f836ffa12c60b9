// SPDX-License-Identifier: BSL-1.0
#pragma once
// Poller: one place in which several threads sleep until a descriptor is ready, a time has come, or another thread calls. Part of real_world.hpp.

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// epoll with an event and a timer in it. Each thing that comes wakes one of those who sleep; a descriptor is told of once for each time it is asked for.
/// **threads** `wait` and `call` from any; the others under one mutex of the owner's.
class Poller {
 public:
  /// The least number of a descriptor: the lesser ones are the poller's own.
  static constexpr std::uint64_t firstNumber = 2;

  struct Came {
    [[nodiscard]] const epoll_event* begin() const { return events.data(); }
    [[nodiscard]] const epoll_event* end() const { return events.data() + count; }

    std::array<epoll_event, 16> events;
    std::size_t count;
  };

  [[nodiscard]] bool isOpen() const { return epoll_.get() >= 0; }

  /// **errors** SystemError; then it is as before.
  void open() {
    Descriptor event = Descriptor::event();
    Descriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    // Edges: each write, each time that runs out wakes one thread, and nobody needs to read them.
    epoll_event told{EPOLLIN | EPOLLET, {.u64 = eventNumber}};
    bool ready = timer.get() >= 0 && epoll.get() >= 0 && ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, event.get(), &told) == 0;
    told.data.u64 = timerNumber;
    ready = ready && ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, timer.get(), &told) == 0;
    if (!ready) throw SystemError(errno, "epoll");
    event_ = std::move(event);
    timer_ = std::move(timer);
    epoll_ = std::move(epoll);
  }

  /// One thread in `wait`, or the next to come there, returns.
  void call() const { setEvent(event_.get()); }

  /// As `call`, at this moment instead of the one before; never: at none.
  void callAt(Nanos moment) {
    if (moment == armed_) return;
    armed_ = moment;
    const Nanos at = moment == never ? 0 : moment < 1 ? 1 : moment;  // 0 stops it
    const itimerspec timer{{}, {static_cast<time_t>(at / 1'000'000'000), static_cast<long>(at % 1'000'000'000)}};
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &timer, nullptr);
  }

  /// What has come; sleeps until something does, if so asked. `took` is to be told of it.
  [[nodiscard]] Came wait(bool sleep) const {
    Came came;
    const int count = ::epoll_wait(epoll_.get(), came.events.data(), static_cast<int>(came.events.size()), sleep ? -1 : 0);
    came.count = count < 0 ? 0 : static_cast<std::size_t>(count);
    return came;
  }
  void took(const Came& came) {
    for (const epoll_event& one : came)
      if (one.data.u64 == timerNumber) armed_ = never;
  }

  /// `wait` tells once, by this number, when one of these events (or an error) has come to the descriptor. False: errno says why; EPERM is a file's.
  [[nodiscard]] bool add(int fd, std::uint64_t number, short events) const { return ask(EPOLL_CTL_ADD, fd, number, events); }
  /// The same of a descriptor that was added before.
  bool again(int fd, std::uint64_t number, short events) const { return ask(EPOLL_CTL_MOD, fd, number, events); }
  void remove(int fd) const { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

 private:
  static constexpr std::uint64_t eventNumber = 0;
  static constexpr std::uint64_t timerNumber = 1;

  [[nodiscard]] bool ask(int operation, int fd, std::uint64_t number, short events) const {
    epoll_event asked{static_cast<std::uint32_t>(events) | EPOLLONESHOT, {.u64 = number}};
    return ::epoll_ctl(epoll_.get(), operation, fd, &asked) == 0;
  }

  Descriptor epoll_;
  Descriptor event_;
  Descriptor timer_;
  Nanos armed_ = never;
};

}  // namespace dstream::inline v0::detail
