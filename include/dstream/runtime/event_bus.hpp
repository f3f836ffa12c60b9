// SPDX-License-Identifier: BSL-1.0
#pragma once
// EventBus: takes events from any thread and gives them to the listeners, in order, on the events lane.

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/function.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

/// Called on the events lane with one event after another. It may not stop its streaming context. What it throws is written to stderr.
using Listener = Function<void(const Event&)>;

/// **meaning** what an operator must know, on stderr: trouble and changes of receivers, at most one line a second of each kind of event.
class DefaultListener {
 public:
  DefaultListener(World& world, std::string application) : world_(&world), application_(std::move(application)) {}

  void operator()(const Event& event) {
    if (!matters(event)) return;
    Kind& kind = kinds_[event.index()];
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
    const auto* receiver = std::get_if<ReceiverChanged>(&event);
    return receiver != nullptr && receiver->info.state == ReceiverState::Failed;
  }

  static bool matters(const Event& event) {
    if (const auto* receiver = std::get_if<ReceiverChanged>(&event)) {
      return receiver->info.state == ReceiverState::BackingOff || receiver->info.state == ReceiverState::Failed;
    }
    if (const auto* output = std::get_if<OutputCompleted>(&event)) return !output->failure.empty();
    if (const auto* stopped = std::get_if<StreamingStopped>(&event)) return stopped->report.droppedBatches + stopped->report.droppedBytes != 0;
    return std::holds_alternative<BatchFailed>(event) || std::holds_alternative<DataDropped>(event) || std::holds_alternative<TicksMissed>(event) ||
           std::holds_alternative<Warning>(event);
  }

  World* world_;
  std::string application_;
  std::array<Kind, std::variant_size_v<Event>> kinds_{};
};

class EventBus final : public Actor {
 public:
  explicit EventBus(World& world) : world_(world) {}

  void add(Listener listener) {
    const std::lock_guard lock(mutex_);
    listeners_.push_back(std::make_shared<Listener>(std::move(listener)));
  }

  /// Any of the events.
  template <class Alternative>
  void post(Alternative event) {
    auto posted = std::make_shared<const Event>(std::move(event));  // queued by pointer: moving a variant about is dear, to the compiler too
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(posted));
    }
    world_.wake(*this);
  }

  Step step(World&) override {
    deliver();
    return Step::idle();
  }

  /// Gives everything posted so far to the listeners; on the events lane, or on any thread once the bus is retired.
  void deliver() {
    std::vector<std::shared_ptr<const Event>> events;
    std::vector<std::shared_ptr<Listener>> listeners;
    {
      const std::lock_guard lock(mutex_);
      events.swap(queue_);
      listeners = listeners_;
    }
    const EventBus* const outer = std::exchange(delivering_, this);  // a listener may stop another stream, which delivers in turn
    for (const auto& event : events)
      for (const auto& listener : listeners) tell(*listener, *event);
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

  static inline thread_local const EventBus* delivering_ = nullptr;

  World& world_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const Event>> queue_;
  std::vector<std::shared_ptr<Listener>> listeners_;
};

}  // namespace dstream::inline v0
