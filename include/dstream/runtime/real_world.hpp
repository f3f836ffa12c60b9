// SPDX-License-Identifier: BSL-1.0
#pragma once
// RealWorld: the World of a real process. With its parts (real_world_*.hpp) the only code of the library that
// touches clocks, threads, sockets, files, signals, the console and true randomness. Linux.

#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/executor.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/real_world_cores.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/real_world_files.hpp>
#include <dstream/runtime/real_world_input.hpp>
#include <dstream/runtime/real_world_loop.hpp>
#include <dstream/runtime/real_world_signals.hpp>
#include <dstream/runtime/real_world_socket.hpp>
#include <dstream/runtime/real_world_thread.hpp>
#include <dstream/runtime/system_error.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

namespace detail {

/// An executor with its threads.
template <class Use = OnUse>
class BasicHiredWorkers final : public Workers {
 public:
  explicit BasicHiredWorkers(std::size_t count) : executor_(count) {
    try {
      for (std::size_t slot = 1; slot < executor_.slots(); ++slot) {
        threads_.emplace_back("dstream-worker", [this, slot] { executor_.work(slot); });
      }
    } catch (...) {
      join();
      throw;
    }
  }
  BasicHiredWorkers(const BasicHiredWorkers&) = delete;
  BasicHiredWorkers& operator=(const BasicHiredWorkers&) = delete;
  ~BasicHiredWorkers() override { join(); }

  RunnerRef runner() override { return executor_; }

 private:
  void join() {
    executor_.stop();
    for (Thread& thread : threads_) thread.join();
  }

  Deferred<Executor, Use> executor_;
  Deferred<std::vector<Thread>, Use> threads_;
};
using HiredWorkers = BasicHiredWorkers<>;

/// While it lives, this thread gets EPIPE where it would get SIGPIPE.
class NoSigpipe {
 public:
  NoSigpipe() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;
  ~NoSigpipe() {
    const timespec atOnce{};
    while (!was_ && ::sigtimedwait(&pipe_, nullptr, &atOnce) < 0 && errno == EINTR) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_ = false;
};

}  // namespace detail

/// **meaning** clocks are the system's (steady: CLOCK_MONOTONIC). With each lane that gets its first actor a thread more is
/// there, until the world ends; any of them steps any lane. An actor that asks to be stepped at a moment is stepped within
/// the kernel's precision, some µs.
/// **function contract** connections and workers end before the world, and every actor is retired or no
/// longer needs to be stepped when it ends. retire from an actor's step on one lane must not be waited for by
/// the actor's step on another.
/// **cost** wake: a lock and a look-up; a system call only if no thread will look by itself and none has been called yet.
/// A function of the program's runs on any of these threads, so what it keeps per thread may be there several times.
/// **errors** SystemError when the system refuses threads or descriptors, and from write.
template <class Use = OnUse>
class BasicRealWorld final : public World {

 public:
  BasicRealWorld() : lanes_(*this), signals_(lanes_) {
    std::uint64_t start = 0;
    if (::getentropy(&start, sizeof start) != 0) throw SystemError(errno, "getentropy");
    random_.store(start);
  }
  BasicRealWorld(const BasicRealWorld&) = delete;
  BasicRealWorld& operator=(const BasicRealWorld&) = delete;
  ~BasicRealWorld() override = default;

  /// Its number: a child that was forked off is another one.
  [[nodiscard]] const void* process() const override { return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(::getpid())); }

  [[nodiscard]] Nanos now(Clock clock) const override {
    return clock == Clock::Steady ? detail::steadyNow() : detail::readClock(CLOCK_REALTIME);
  }

  /// splitmix64 from a random start.
  std::uint64_t random() override {
    std::uint64_t bits =
        random_.fetch_add(0x9e3779b97f4a7c15, detail::memory_order_relaxed) + 0x9e3779b97f4a7c15;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  [[nodiscard]] std::size_t cores() const override {
    const std::size_t affine = detail::affineCores();
    const std::size_t quota = detail::quotaCores();
    const std::size_t least = affine < quota ? affine : quota;
    return least == 0 ? 1 : least;
  }

  Deferred<std::unique_ptr<Workers>, Use> hire(std::size_t count) override {
    return std::make_unique<detail::BasicHiredWorkers<Use>>(count);
  }

  void spawn(Actor& actor, Lane lane) override { lanes_.spawn(actor, lane); }
  void retire(Actor& actor) override { lanes_.retire(actor); }
  void wake(Actor& actor) override { lanes_.wake(actor); }
  void linger() override { lanes_.linger(); }

  Deferred<std::unique_ptr<Connection>, Use> connect(const Endpoint& endpoint, Actor& owner) override {
    return std::make_unique<detail::BasicRealConnection<Use>>(*this, lanes_, endpoint, owner);
  }

  Deferred<std::unique_ptr<Connection>, Use> standardInput(Actor& owner) override {
    return std::make_unique<detail::BasicRealInput<Use>>(lanes_, owner);
  }

  [[nodiscard]] Files& files() override { return files_; }

  void discard(char* memory, std::size_t bytes) override {
    constexpr std::size_t page = 4096;  // where they are larger the call fails, and all stays
    const std::size_t before = (page - reinterpret_cast<std::uintptr_t>(memory) % page) % page;
    if (bytes >= before + page) static_cast<void>(::madvise(memory + before, (bytes - before) / page * page, MADV_DONTNEED));
  }

  /// glibc keeps what is freed for the threads that had it; those of the next stream may be others.
  void trim() override {
#if defined(__GLIBC__)
    static_cast<void>(::malloc_trim(0));
#endif
  }

  bool await(FunctionRef<bool()> done, Nanos deadline) override {
    for (std::uint64_t seen = 0;;) {
      {
        const detail::Lock lock(mutex_);
        seen = notified_;  // before done is asked: what it does not see yet comes with a later notify
      }
      if (std::exception_ptr failure = lanes_.takeFailure()) std::rethrow_exception(std::move(failure));
      if (done()) return true;
      detail::Lock lock(mutex_);
      const auto again = [&] { return notified_ != seen; };
      if (deadline == never) {
        changed_.wait(lock, again);
      } else if (deadline <= now(Clock::Steady) || !changed_.waitUntil(lock, deadline, again)) {
        lock.unlock();
        return done();
      }
    }
  }

  void notify() override {
    {
      const detail::Lock lock(mutex_);
      ++notified_;
    }
    changed_.wakeAll();
  }

  void watchSignals(bool watched) override { watched ? signals_.start() : signals_.stop(); }
  [[nodiscard]] bool interrupted() const override { return signals_.interrupted(); }

  /// Writes all of it or throws; waits if the console is slow, even if it is a non-blocking one. What one call
  /// writes stays together. But for stderr it waits a second at most, and then not at all until there is room again: nobody may read it, and what
  /// is complained of must go on. What it drops is counted, and told when it can be. A terminal that nobody reads is waited for: it says that it has room.
  void write(Console console, std::string_view text) override {
    const detail::Lock lock(console == Console::Out ? out_ : err_);
    const detail::NoSigpipe noSigpipe;
    if (console == Console::Out) {
      while (!text.empty())
        if (!writeSome(STDOUT_FILENO, "stdout", text)) static_cast<void>(hasRoom(STDOUT_FILENO, never));
      return;
    }
    const Nanos until = dropped_ == 0 ? detail::steadyNow() + stderrWaits : 0;
    std::string first;
    if (dropped_ != 0) text = first = "dstream: stderr was full, and did not get " + std::to_string(dropped_) + (dropped_ == 1 ? " text\n" : " texts\n") + std::string(text);
    const std::uint64_t before = std::exchange(dropped_, 0);
    while (!text.empty()) {
      // A blocking pipe that has room takes so much without waiting.
      std::string_view part = text.substr(0, PIPE_BUF);
      const std::size_t size = part.size();
      if (!hasRoom(STDERR_FILENO, until) || (!writeSome(STDERR_FILENO, "stderr", part) && detail::steadyNow() >= until)) {
        dropped_ = before + 1;
        return;
      }
      text.remove_prefix(size - part.size());
    }
  }

 private:
  static constexpr Nanos stderrWaits = 1'000'000'000;

  /// False when there was no room.
  static bool writeSome(int fd, const char* name, std::string_view& text) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return false;
    } else if (errno != EINTR) {
      throw SystemError(errno, name);
    }
    return true;
  }
  /// Waits for room until that moment; true as well where a write is to say what is wrong.
  static bool hasRoom(int fd, Nanos until) {
    pollfd writable{fd, POLLOUT, 0};
    for (;;) {
      const Nanos left = until == never ? 0 : until - detail::steadyNow();
      const int count = ::poll(&writable, 1, until == never ? -1 : left <= 0 ? 0 : static_cast<int>(left / 1'000'000 + 1));
      if (count >= 0 || errno != EINTR) return count != 0;
    }
  }

  detail::Atomic<std::uint64_t> random_{0};
  detail::BasicRealFiles<Use> files_;
  detail::Mutex out_;
  detail::Mutex err_;
  std::uint64_t dropped_ = 0;  // texts for stderr since it last had room
  detail::Mutex mutex_;  // guards notified_
  detail::Condition changed_;
  std::uint64_t notified_ = 0;
  detail::BasicLanes<Use> lanes_;  // after what its threads use through notify
  detail::BasicSignalWatch<Use> signals_;
};
using RealWorld = BasicRealWorld<>;

}  // namespace dstream::inline v0
