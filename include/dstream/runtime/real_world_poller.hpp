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

/// epoll with an event and two timers in it. Each thing that comes wakes one of those who sleep; a descriptor is told of once for each time it is asked for.
/// **threads** `wait` and `call` from any; the others under one mutex of the owner's.
class Poller {
 public:
  /// The least number of a descriptor: the lesser ones are the poller's own.
  static constexpr std::uint64_t firstNumber = 3;

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
    std::array<Timer, 2> timers;
    Descriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
    // Edges: each write, each time that runs out wakes one thread, and nobody needs to read them.
    epoll_event told{EPOLLIN | EPOLLET, {.u64 = eventNumber}};
    bool ready = epoll.get() >= 0 && ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, event.get(), &told) == 0;
    for (Timer& timer : timers) {
      told.data.u64 = timerNumber + static_cast<std::uint64_t>(&timer - timers.data());
      ready = ready && (timer.descriptor = Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK))).get() >= 0
              && ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, timer.descriptor.get(), &told) == 0;
    }
    if (!ready) throw SystemError(errno, "epoll");
    event_ = std::move(event);
    timers_ = std::move(timers);
    epoll_ = std::move(epoll);
  }

  /// One thread in `wait`, or the next to come there, returns.
  void call() const { setEvent(event_.get()); }

  /// As `call`, at this moment or at most `late` after it, instead of the one before; never: at none.
  /// Moments at equal distances, as a clock's, are set one ahead: only the timer that is the processor's next one has to be written to its clock, which in a
  /// virtual machine is most of what a short sleep costs.
  void callAt(Nanos moment) {
    if (moment < 1) moment = 1;  // 0 stops a timer
    const Nanos before = std::exchange(asked_, moment);
    const bool first = timers_[0].at < timers_[1].at;
    Timer& sooner = timers_[first ? 0 : 1];
    Timer& later = timers_[first ? 1 : 0];
    Timer& next = sooner.tells(moment) ? sooner : later.tells(moment) ? later : sooner.at < moment ? sooner : later;
    Timer& other = &next == &sooner ? later : sooner;
    if (!next.tells(moment)) next.set(moment);
    if (other.at < moment) other.set(never);
    if (moment == before) return;
    const Nanos distance = moment == never || before == never || moment < before ? 0 : moment - before;
    const Nanos changed = distance - std::exchange(distance_, distance);
    if (distance > late && distance < hour && -late / 2 < changed && changed < late / 2) other.set(moment + distance + late / 2);
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
      if (one.data.u64 != eventNumber && one.data.u64 < firstNumber) timers_[one.data.u64 - timerNumber].at = never;
  }

  /// `wait` tells once, by this number, when one of these events (or an error) has come to the descriptor. False: errno says why; EPERM is a file's.
  [[nodiscard]] bool add(int fd, std::uint64_t number, short events) const { return ask(EPOLL_CTL_ADD, fd, number, events); }
  /// The same of a descriptor that was added before.
  bool again(int fd, std::uint64_t number, short events) const { return ask(EPOLL_CTL_MOD, fd, number, events); }
  void remove(int fd) const { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

 private:
  static constexpr std::uint64_t eventNumber = 0;
  static constexpr std::uint64_t timerNumber = 1;  // of the first one
  static constexpr Nanos late = 4'000;
  static constexpr Nanos hour = 3'600'000'000'000;

  struct Timer {
    [[nodiscard]] bool tells(Nanos moment) const { return at == moment || (at > moment && at - moment <= late); }
    void set(Nanos moment) {
      at = moment;
      const Nanos when = moment == never ? 0 : moment;
      const itimerspec timer{{}, {static_cast<time_t>(when / 1'000'000'000), static_cast<long>(when % 1'000'000'000)}};
      ::timerfd_settime(descriptor.get(), TFD_TIMER_ABSTIME, &timer, nullptr);
    }

    Descriptor descriptor;
    Nanos at = never;
  };

  [[nodiscard]] bool ask(int operation, int fd, std::uint64_t number, short events) const {
    epoll_event asked{static_cast<std::uint32_t>(events) | EPOLLONESHOT, {.u64 = number}};
    return ::epoll_ctl(epoll_.get(), operation, fd, &asked) == 0;
  }

  Descriptor epoll_;
  Descriptor event_;
  std::array<Timer, 2> timers_;
  Nanos asked_ = never;
  Nanos distance_ = 0;  // of the moment asked for to the one before
};

}  // namespace dstream::inline v0::detail
