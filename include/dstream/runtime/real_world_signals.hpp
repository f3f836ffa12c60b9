// SPDX-License-Identifier: BSL-1.0
#pragma once
// SIGINT and SIGTERM as a flag and an event, for any number of worlds at a time. Part of real_world.hpp.

#include <sched.h>
#include <signal.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/real_world_descriptor.hpp>
#include <dstream/runtime/real_world_loop.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// **meaning** what one world knows of the signals: an actor that turns the handler's event into a notify.
template <class Use = OnUse>
class BasicSignalWatch final : public Actor {
  using Lanes = BasicLanes<Use>;

 public:
  explicit BasicSignalWatch(Lanes& lanes) : lanes_(lanes) {}
  BasicSignalWatch(const BasicSignalWatch&) = delete;
  BasicSignalWatch& operator=(const BasicSignalWatch&) = delete;
  ~BasicSignalWatch() { stop(); }

  void start() {
    const Lock lock(installing_);
    if (watch_) return;
    Atomic<BasicSignalWatch*>* const free = place(nullptr);
    if (free == nullptr) throw std::runtime_error("World::watchSignals: too many worlds watch signals");
    if (event_.get() < 0) event_ = Descriptor::event();
    clearEvent(event_.get());
    watch_ = lanes_.watch(*this);
    lanes_.spawn(*this, Lane::Io);
    free->store(this);
    for (const int signal : signals) replace(signal, SIG_DFL, &BasicSignalWatch::handle);
  }

  void stop() {
    const Lock lock(installing_);
    if (!watch_) return;
    if (auto* const own = place(this)) own->store(nullptr);
    bool last = true;
    for (const auto& other : watching_) last = last && other.load() == nullptr;
    for (const int signal : signals) {
      if (last) replace(signal, &BasicSignalWatch::handle, SIG_DFL);
    }
    // A handler on another thread may have seen this and still run; one on this thread has ended.
    while (handling_.load() != 0) ::sched_yield();
    lanes_.retire(*this);
    lanes_.unwatch(watch_);
    watch_.reset();
    interrupted_.store(false);
  }

  [[nodiscard]] bool interrupted() const { return interrupted_.load(); }

  Step step(World& world) override {
    clearEvent(event_.get());
    lanes_.expect(*watch_, event_.get(), POLLIN);
    if (interrupted()) world.notify();
    return Step::idle();
  }

 private:
  using Handler = void (*)(int);
  static constexpr std::array signals{SIGINT, SIGTERM};

  static Atomic<BasicSignalWatch*>* place(const BasicSignalWatch* holding) {
    for (auto& one : watching_)
      if (one.load() == holding) return &one;
    return nullptr;
  }

  // Whose action is another one than `from` keeps it: the program or its parent wanted it so.
  static void replace(int signal, Handler from, Handler to) {
    struct sigaction action{};
    if (::sigaction(signal, nullptr, &action) != 0 || (action.sa_flags & SA_SIGINFO) != 0
        || action.sa_handler != from)
      return;
    action = {};
    action.sa_handler = to;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }

  // Async-signal-safe: atomics, which are never locks, sigaction and write.
  static void handle(int) {
    const int error = errno;
    handling_.fetch_add(1);
    for (const int signal : signals)
      replace(signal, &BasicSignalWatch::handle, SIG_DFL);  // the next one ends a program that is stuck
    for (auto& place : watching_) {
      if (BasicSignalWatch* const watch = place.load(); watch != nullptr) {
        watch->interrupted_.store(true);
        setEvent(watch->event_.get());
      }
    }
    handling_.fetch_sub(1);
    errno = error;
  }

  static inline Mutex installing_;
  static inline std::array<Atomic<BasicSignalWatch*>, 64> watching_{};
  static inline Atomic<int> handling_{0};

  Lanes& lanes_;
  Descriptor event_;
  std::shared_ptr<Watch> watch_;  // while watching
  Atomic<bool> interrupted_{false};
};
using SignalWatch = BasicSignalWatch<>;

}  // namespace dstream::inline v0::detail
