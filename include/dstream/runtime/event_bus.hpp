// SPDX-License-Identifier: BSL-1.0
#pragma once
// EventBus: takes events from any thread and gives them to the listeners, in order, on the events lane.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
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

/// What a listener is removed by. **meaning** of no two listeners in a process the same; ListenerId{} is none's.
enum class ListenerId : std::uint64_t {};

/// **meaning** what an operator must know, on stderr: trouble and changes of receivers, at most one line a second of each kind of event and each output, receiver or
/// source that it is of. How many were held back is in the next such line, or in one when the stream stops.
/// **kept** what was said of 32 of these; what happens to more of them within a second shares a line of its kind.
template <class Use = OnUse>
class BasicDefaultListener {
 public:
  BasicDefaultListener(World& world, std::string application) : world_(&world), application_(std::move(application)) {}

  void operator()(const Event& event) {
    if (event.is<StreamingStopped>()) tellHeldBack();
    if (!matters(event)) return;
    const Nanos now = world_->now(Clock::Steady);
    Said& said = saidOf(event.kind(), subject(event), now);
    if (said.isRecent(now) && !isFinal(event)) {
      ++said.heldBack;
      return;
    }
    std::string line = describe(event);
    if (said.heldBack != 0) line += " (and " + std::to_string(said.heldBack) + " more like it)";
    said.written = true;
    said.last = now;
    said.heldBack = 0;
    write(line);
  }

 private:
  /// The last line of its kind and subject.
  struct Said {
    EventKind kind;
    std::string subject;
    bool written = false;
    Nanos last = 0;
    std::uint64_t heldBack = 0;

    [[nodiscard]] bool isRecent(Nanos now) const { return written && now - last < 1'000'000'000; }
  };
  static constexpr std::size_t mostSubjects = 32;  // of a kind without subjects there is a place always

  void write(const std::string& line) { world_->write(Console::Err, application_ + ": " + line + "\n"); }
  void tellHeldBack() {
    std::uint64_t heldBack = std::exchange(forgotten_, 0);
    for (Said& said : said_) heldBack += std::exchange(said.heldBack, 0);
    if (heldBack != 0) write("held back: " + std::to_string(heldBack) + (heldBack == 1 ? " more line" : " more lines") + " like those above");
  }

  /// Where there is no room for the subject, that of its kind.
  Said& saidOf(EventKind kind, std::string subject, Nanos now) {
    for (Said& said : said_)
      if (said.kind == kind && said.subject == subject) return said;
    if (!subject.empty() && said_.size() >= mostSubjects) {
      for (Said& said : said_) {
        if (said.subject.empty() || said.isRecent(now)) continue;
        forgotten_ += said.heldBack;
        return said = {.kind = kind, .subject = std::move(subject)};
      }
      return saidOf(kind, {}, now);
    }
    said_.push_back({.kind = kind, .subject = std::move(subject)});
    return said_.back();
  }

  /// Which of those that have events of its kind: empty where there is one.
  static std::string subject(const Event& event) {
    if (const auto* receiver = event.as<ReceiverChanged>()) return std::to_string(receiver->info.id);
    if (const auto* output = event.as<OutputCompleted>()) return std::to_string(output->id);
    if (const auto* dropped = event.as<DataDropped>()) return dropped->source;
    if (const auto* ignored = event.as<FileIgnored>()) return ignored->source;
    return {};
  }

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
  Deferred<std::vector<Said>, Use> said_;
  std::uint64_t forgotten_ = 0;  // held back of subjects whose place another has
};
using DefaultListener = BasicDefaultListener<>;

/// **kept** the events that listeners have not been told of, at most 10,000: what happens while so many wait is counted, and told as one Warning; but changes of
/// receivers and the stop are always told.
template <class Use = OnUse>
class BasicEventBus final : public Actor {
  using Events = Deferred<detail::Fifo<Event>, Use>;
  struct Hearer {
    Hearer(ListenerId given, bool trouble, Listener called) : id(given), forTrouble(trouble), listener(std::move(called)) {}

    const ListenerId id;
    const bool forTrouble;
    Listener listener;
    bool removed = false;
    detail::Mutex calling;  // held by who calls it; guards `listener` and `removed`
  };
  using Listeners = Deferred<std::vector<std::shared_ptr<Hearer>>, Use>;

 public:
  explicit BasicEventBus(World& world) : world_(world) {}

  ListenerId add(Listener listener) { return add(std::move(listener), false); }
  /// A listener that wants trouble only.
  void addForTrouble(Listener listener) { add(std::move(listener), true); }
  /// When it returns the listener's function is gone: no call is under way, and none will come. From within the listener's own call that is so when the call returns.
  /// False where there is no such listener.
  bool remove(ListenerId id) {
    const std::shared_ptr<Hearer> hearer = taken(id);
    if (hearer == nullptr) return false;
    if (calledFrom(*hearer)) {
      hearer->removed = true;
      return true;
    }
    Listener gone;  // what its captures do when they go, they do without the mutex
    const detail::Lock lock(hearer->calling);
    hearer->removed = true;
    gone = std::move(hearer->listener);
    return true;
  }
  /// Somebody wants to hear of every batch. Else its events need not be made: of an empty batch they are half the cost. relaxed: who has just
  /// begun to listen may miss what happens at the same time.
  [[nodiscard]] bool listened() const { return listened_.load(detail::memory_order_relaxed); }

  void post(Event event) {
    {
      const detail::Lock lock(mutex_);
      if (queue_.size() >= mostWaiting && !alwaysTold(event)) {
        ++untold_;
        return;
      }
      queue_.push_back(std::move(event));
    }
    world_.wake(*this);
  }

  Step step(World&) override { return tellSome() >= atOnce ? Step::ready() : Step::idle(); }

  /// From here listeners have one second: what they were not told of by then is counted, but for what is always told. Before a retire, which waits for the step.
  void hurry() { until_.store(world_.now(Clock::Steady) + stopWaits, detail::memory_order_relaxed); }
  /// Gives what was posted to the listeners, where the bus is not spawned or retired; for a second at most, since hurry where it was called.
  void deliver() {
    if (until_.load(detail::memory_order_relaxed) == never) hurry();
    while (tellSome() != 0) {
    }
    until_.store(never, detail::memory_order_relaxed);
  }

  /// True in a listener's call: where stopping is not allowed, since stop waits for the listeners.
  [[nodiscard]] bool calledFromListener() const {
    for (const Call* call = calls_; call != nullptr; call = call->outer)
      if (call->bus == this) return true;
    return false;
  }

 private:
  static constexpr std::size_t mostWaiting = 10'000;
  static constexpr std::size_t atOnce = 64;  // in one step of the lane
  static constexpr Nanos stopWaits = 1'000'000'000;

  /// A call of a listener on this thread, and the one within which it happens: a listener may stop another stream, which delivers in turn.
  struct Call {
    const BasicEventBus* bus;
    const Hearer* hearer;
    const Call* outer;
  };

  ListenerId add(Listener listener, bool forTrouble) {
    const ListenerId id{lastId_.fetch_add(1, detail::memory_order_relaxed) + 1};
    auto hearer = std::make_shared<Hearer>(id, forTrouble, std::move(listener));
    const detail::Lock lock(mutex_);
    listeners_.push_back(std::move(hearer));
    if (!forTrouble) listened_.store(true, detail::memory_order_relaxed);
    return id;
  }
  /// Out of the list; null where it is not there.
  std::shared_ptr<Hearer> taken(ListenerId id) {
    const detail::Lock lock(mutex_);
    std::shared_ptr<Hearer> found;
    bool listened = false;
    for (std::size_t i = listeners_.size(); i-- != 0;) {
      if (listeners_[i]->id == id) {
        found = std::move(listeners_[i]);
        listeners_.erase(listeners_.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        listened = listened || !listeners_[i]->forTrouble;
      }
    }
    listened_.store(listened, detail::memory_order_relaxed);
    return found;
  }

  static bool alwaysTold(const Event& event) { return event.is<ReceiverChanged>() || event.is<StreamingStopped>(); }

  /// The oldest ones, to all listeners; gives how many. One at least, so that an end comes to what is always told.
  std::size_t tellSome() {
    std::vector<Event> events;
    Listeners listeners;
    {
      const detail::Lock lock(mutex_);
      if (isLate()) giveUp();
      if (const std::uint64_t untold = std::exchange(untold_, 0)) events.push_back(Warning{std::to_string(untold) + " events were not told: the listeners are slower than what happens"});
      for (; !queue_.empty() && events.size() < atOnce; queue_.pop_front()) events.push_back(std::move(queue_.front()));
      listeners = listeners_;
    }
    std::size_t told = 0;
    for (; told < events.size() && (told == 0 || !isLate()); ++told)
      for (const auto& hearer : listeners) tell(*hearer, events[told]);
    if (told < events.size()) putBack(events, told);
    return told;
  }
  [[nodiscard]] bool isLate() const {
    const Nanos until = until_.load(detail::memory_order_relaxed);
    return until != never && world_.now(Clock::Steady) >= until;
  }
  /// Those from `first` on are the oldest again.
  void putBack(std::vector<Event>& events, std::size_t first) {
    const detail::Lock lock(mutex_);
    Events all;
    for (; first < events.size(); ++first) all.push_back(std::move(events[first]));
    for (; !queue_.empty(); queue_.pop_front()) all.push_back(std::move(queue_.front()));
    queue_ = std::move(all);
  }
  /// Under the mutex.
  void giveUp() {
    Events told;
    for (; !queue_.empty(); queue_.pop_front()) alwaysTold(queue_.front()) ? told.push_back(std::move(queue_.front())) : static_cast<void>(++untold_);
    queue_ = std::move(told);
  }
  void tell(Hearer& hearer, const Event& event) {
    Listener gone;
    const detail::Lock lock(hearer.calling);
    if (hearer.removed) return;
    const Call here{this, &hearer, calls_};
    calls_ = &here;
    try {
      hearer.listener(event);
    } catch (const std::exception& error) {
      complain(error.what());
    } catch (...) {
      complain("an exception of unknown type");
    }
    calls_ = here.outer;
    if (hearer.removed) gone = std::move(hearer.listener);  // by its own call
  }
  /// On this thread: it has the mutex.
  static bool calledFrom(const Hearer& hearer) {
    for (const Call* call = calls_; call != nullptr; call = call->outer)
      if (call->hearer == &hearer) return true;
    return false;
  }
  void complain(const char* what) {
    try {
      world_.write(Console::Err, std::string("dstream: a listener threw: ") + what + "\n");
    } catch (...) {  // stderr is gone as well: nobody is left to tell
    }
  }

  static constinit inline thread_local const Call* calls_ = nullptr;  // the innermost
  static inline detail::Atomic<std::uint64_t> lastId_{0};

  World& world_;
  detail::Mutex mutex_;
  Events queue_;
  std::uint64_t untold_ = 0;
  Listeners listeners_;
  detail::Atomic<bool> listened_{false};
  detail::Atomic<Nanos> until_{never};  // listeners are told; relaxed: who sees it an event later tells one event more
};
using EventBus = BasicEventBus<>;

}  // namespace dstream::inline v0
