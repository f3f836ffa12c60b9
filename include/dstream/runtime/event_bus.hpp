// SPDX-License-Identifier: BSL-1.0
#pragma once
// EventBus: takes events from any thread and gives them to the listeners, in order, on the events lane.

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/describe.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// Called on the events lane with one event after another. It may not stop its streaming context. What it throws is written to stderr.
using Listener = Function<void(const Event&)>;

/// **meaning** what an operator must know, on stderr: trouble and changes of receivers, at most one line a second of each kind of event.
template <class = OnUse>
class BasicDefaultListener {
 public:
  BasicDefaultListener(World& world, std::string application) : world_(&world), application_(std::move(application)) {}

  void operator()(const Event& event) {
    if (!matters(event)) return;
    Kind& kind = kinds_[static_cast<std::size_t>(event.kind())];
    const Nanos now = world_->now(Clock::Steady);
    if (kind.written && now - kind.last < 1'000'000'000 && !isFinal(event)) {
      ++kind.suppressed;
      return;
    }
    std::string line = application_ + ": " + describe(event);
    if (kind.suppressed != 0) line += " (and " + std::to_string(kind.suppressed) + " more like it)";
    kind = {true, now, 0};
    world_->write(Console::Err, line + "\n");
  }

 private:
  struct Kind {
    bool written = false;
    Nanos last = 0;
    std::uint64_t suppressed = 0;
  };

  /// What is said once, and may not drown in what came before.
  static bool isFinal(const Event& event) {
    const auto* receiver = event.as<ReceiverChanged>();
    return receiver != nullptr && receiver->info.state == ReceiverState::Failed;
  }

  static bool matters(const Event& event) {
    if (const auto* receiver = event.as<ReceiverChanged>()) {
      return receiver->info.state == ReceiverState::BackingOff || receiver->info.state == ReceiverState::Failed;
    }
    if (const auto* output = event.as<OutputCompleted>()) return !output->failure.empty();
    if (const auto* ignored = event.as<FileIgnored>()) return ignored->trouble;
    if (const auto* stopped = event.as<StreamingStopped>()) return stopped->report.droppedBatches + stopped->report.droppedBytes != 0;
    return event.is<BatchFailed>() || event.is<BatchRepeated>() || event.is<BatchSkipped>() || event.is<DataDropped>() || event.is<TicksMissed>() || event.is<Warning>();
  }

  World* world_;
  std::string application_;
  std::array<Kind, eventKinds> kinds_{};
};
using DefaultListener = BasicDefaultListener<>;

template <class Use = OnUse>
class BasicEventBus final : public Actor {
  using Events = Deferred<std::vector<Event>, Use>;
  using Listeners = Deferred<std::vector<std::shared_ptr<Listener>>, Use>;

 public:
  explicit BasicEventBus(World& world) : world_(world) {}

  void add(Listener listener) {
    const detail::Lock lock(mutex_);
    listeners_.push_back(std::make_shared<Listener>(std::move(listener)));
    listened_.store(true, detail::memory_order_relaxed);
  }
  /// A listener that wants trouble only.
  void addForTrouble(Listener listener) {
    const detail::Lock lock(mutex_);
    listeners_.push_back(std::make_shared<Listener>(std::move(listener)));
  }
  /// Somebody wants to hear of every batch. Else its events need not be made: of an empty batch they are half the cost. relaxed: who has just
  /// begun to listen may miss what happens at the same time.
  [[nodiscard]] bool listened() const { return listened_.load(detail::memory_order_relaxed); }

  void post(Event event) {
    {
      const detail::Lock lock(mutex_);
      queue_.push_back(std::move(event));
    }
    world_.wake(*this);
  }

  Step step(World&) override {
    deliver();
    return Step::idle();
  }

  /// Gives everything posted so far to the listeners; on the events lane, or on any thread once the bus is retired.
  void deliver() {
    Events events;
    Listeners listeners;
    {
      const detail::Lock lock(mutex_);
      events.swap(queue_);
      listeners = listeners_;
    }
    const BasicEventBus* const outer = std::exchange(delivering_, this);  // a listener may stop another stream, which delivers in turn
    for (const Event& event : events)
      for (const auto& listener : listeners) tell(*listener, event);
    delivering_ = outer;
  }

  /// True in a listener's call: where stopping is not allowed, since stop waits for the listeners.
  [[nodiscard]] bool calledFromListener() const { return delivering_ == this; }

 private:
  void tell(Listener& listener, const Event& event) {
    try {
      listener(event);
    } catch (const std::exception& error) {
      complain(error.what());
    } catch (...) {
      complain("an exception of unknown type");
    }
  }
  void complain(const char* what) {
    try {
      world_.write(Console::Err, std::string("dstream: a listener threw: ") + what + "\n");
    } catch (...) {  // stderr is gone as well: nobody is left to tell
    }
  }

  static inline thread_local const BasicEventBus* delivering_ = nullptr;

  World& world_;
  detail::Mutex mutex_;
  Events queue_;
  Listeners listeners_;
  detail::Atomic<bool> listened_{false};
};
using EventBus = BasicEventBus<>;

}  // namespace dstream::inline v0
