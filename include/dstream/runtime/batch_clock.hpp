// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchClock: forms a batch at each multiple of the interval and gives it what the inputs have received.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/committer.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/scheduler.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** batch times are multiples of the interval since the epoch, strictly after the start; each is an absolute deadline of the wall
/// clock, so nothing drifts. Up to `lateLimit` overdue ticks, and all that are overdue by less than `lateTime`, are made up one by one; if more were missed (a suspension, a clock set forward) all
/// but the last are one gap, with an event. A clock that goes back is waited for, with a warning: times never repeat; but who drains gets the last tick at once.
/// While `mostWaiting` batches wait to be worked off no further one is formed, with a warning: those ticks are a gap too, and what is received waits in the inputs.
/// **threads** the io lane; the flags any.
template <class Use = OnUse>
class BasicBatchClock final : public Actor {
  using EventBus = BasicEventBus<Use>;
  using Inputs = Deferred<std::vector<Input*>, Use>;
  using Scheduler = BasicScheduler<Use>;

 public:
  static constexpr Nanos lateLimit = 10;
  /// Less than this is no suspension, however short the interval: the ticks are made up.
  static constexpr Nanos lateTime = 100'000'000;
  /// The longest sleep: a wall clock that is set while it lasts is noticed after it.
  static constexpr Nanos lookAgain = 1'000'000'000;
  /// So many batches that wait are 20 to 30 MB, and at an interval of 10 ms a quarter of an hour: a job whose output is away for long does not eat the machine's memory.
  static constexpr std::size_t mostWaiting = 100'000;
  /// How often a batch that comes again looks for its data, and who drains while the clock lies behind for the inputs' end.
  static constexpr Nanos waitForData = 10'000'000;

  BasicBatchClock(World& world, Nanos interval, Inputs inputs, std::size_t maxBatchBytes, Scheduler& scheduler, EventBus& events)
      : interval_(interval), inputs_(std::move(inputs)), maxBatchBytes_(maxBatchBytes), scheduler_(scheduler), events_(events) {
    zero_ = lastMultiple(world.now(Clock::Wall), interval_);
    next_ = zero_ + interval_;
  }

  /// Goes on where an earlier run of the job stood: batch times keep their phase, and those that passed meanwhile are one gap. Before the first step.
  void resume(const typename BasicCommitter<Use>::Resume& from, const BasicCommitter<Use>& committer) {
    committer_ = &committer;
    epoch_ = from.epoch;
    zero_ = from.zero.nanoseconds;
    next_ = (from.last.nanoseconds > zero_ ? from.last.nanoseconds : zero_) + interval_;
    resumed_ = from.recovered;
    formed_.store(from.seq, detail::memory_order_relaxed);
  }

  /// Of the interval, at or before that moment; before 1970 too.
  [[nodiscard]] static Nanos lastMultiple(Nanos moment, Nanos interval) {
    const Nanos since = moment % interval;
    return moment - (since < 0 ? since + interval : since);
  }

  /// One interval before the first batch.
  [[nodiscard]] Time zero() const { return {zero_}; }

  Step step(World& world) override {
    const detail::SourceCall<> call;
    if (done()) return Step::idle();
    if (const Batch* planned = plannedNext()) {
      if (!ready(*planned)) return later(world);
      form(world, *planned);
      next_ = planned->time.nanoseconds + interval_;
      return Step::ready();
    }
    const Nanos now = world.now(Clock::Wall);
    if (now < next_) return early(world, now);
    behind_ = false;
    if (isFull()) return Step::at(world.now(Clock::Steady) + (interval_ < lookAgain ? interval_ : lookAgain));
    const Nanos missed = (now - next_) / interval_;
    if (std::exchange(resumed_, false) ? missed > 0 : missed > lateLimit && now - next_ > lateTime) {
      next_ += missed * interval_;
      events_.post(TicksMissed{static_cast<std::uint64_t>(missed), {next_}});
    }
    formNext(world);
    return untilNext(world, world.now(Clock::Wall));
  }

  /// The clock ends with the first tick at which every input has ended and given away all it had.
  void drain() { draining_.store(true, detail::memory_order_release); }

  /// The last tick was made. acquire: partner of the release in form.
  [[nodiscard]] bool done() const { return done_.load(detail::memory_order_acquire); }
  /// seq of the last batch formed so far. acquire: partner of the release in form.
  [[nodiscard]] std::uint64_t formed() const { return formed_.load(detail::memory_order_acquire); }

 private:
  /// No tick is due; and for longer than an interval where the clock was set back behind the last batch's time.
  Step early(World& world, Nanos now) {
    if (next_ - now <= interval_) return untilNext(world, now);
    warnOfClock(now);
    if (!draining_.load(detail::memory_order_acquire)) return untilNext(world, now);
    if (allEnded()) formNext(world);  // the clock may come back after the time that a stop has
    return soon(world);
  }
  void formNext(World& world) {
    form(world, {.seq = formed_.load(detail::memory_order_relaxed) + 1, .time = {next_}, .epoch = epoch_});
    next_ += interval_;
  }
  void warnOfClock(Nanos now) {
    if (next_ - now <= interval_ + lateTime || std::exchange(behind_, true)) return;  // less is a correction
    const auto milliseconds = [](Nanos nanoseconds) { return std::to_string(nanoseconds / 1'000'000) + " ms"; };
    events_.post(Warning{"the wall clock lies " + milliseconds(next_ - interval_ - now) + " behind the last batch time, " + milliseconds(next_ - interval_) +
                         ": no batch is formed until it reaches " + milliseconds(next_) + ", and what is received waits"});
  }
  /// Too many batches wait. Not asked when draining: what was received is to have its batch.
  bool isFull() {
    const std::size_t waiting = scheduler_.waiting();
    if (waiting < mostWaiting / 2) full_ = false;
    if (waiting < mostWaiting || draining_.load(detail::memory_order_acquire)) return false;
    if (!std::exchange(full_, true))
      events_.post(Warning{std::to_string(waiting) + " batches wait to be worked off: no further one is formed until there are fewer, and what is received waits"});
    return true;
  }
  [[nodiscard]] bool allEnded() const {
    for (const Input* input : inputs_)
      if (!input->ended()) return false;
    return true;
  }
  [[nodiscard]] Step soon(World& world) const { return Step::at(world.now(Clock::Steady) + (interval_ < waitForData ? interval_ : waitForData)); }

  [[nodiscard]] Step untilNext(World& world, Nanos now) const {
    if (now >= next_) return Step::ready();
    return Step::at(world.now(Clock::Steady) + (next_ - now < lookAgain ? next_ - now : lookAgain));
  }

  [[nodiscard]] const Batch* plannedNext() const {
    if (committer_ == nullptr) return nullptr;
    return committer_->planned(formed_.load(detail::memory_order_relaxed) + 1);
  }

  [[nodiscard]] bool ready(const Batch& batch) const {
    for (Input* input : inputs_)
      if (!input->ready(batch)) return false;
    return true;
  }
  /// A batch that comes again waits for its data; in vain where their receiver has ended, and then it is the next run's.
  Step later(World& world) {
    if (!draining_.load(detail::memory_order_acquire) || !allEnded()) return soon(world);
    done_.store(true, detail::memory_order_release);
    world.notify();
    return Step::idle();
  }

  void form(World& world, const Batch& batch) {
    // Asked before planning: what arrives after the question is in no doubt then.
    const bool draining = draining_.load(detail::memory_order_acquire);
    bool last = draining || !inputs_.empty();
    for (const Input* input : inputs_) last = last && input->ended() && (draining || input->finished());

    Deferred<BatchInfo, Use> info;
    info.batch = batch;
    info.inputs.reserve(inputs_.size());
    for (Input* input : inputs_) {
      info.inputs.push_back(input->plan(info.batch, maxBatchBytes_));
      if (events_.listened()) info.inputs.back().name = input->node().name;  // else nobody reads it, and a long one is memory
    }
    info.submitted = world.now(Clock::Wall);
    for (const Input* input : inputs_) last = last && input->drained();

    const std::uint64_t seq = info.batch.seq;
    scheduler_.submit(std::move(info), last);
    formed_.store(seq, detail::memory_order_release);
    if (last) {
      done_.store(true, detail::memory_order_release);
      world.notify();
    }
  }

  const Nanos interval_;
  const Inputs inputs_;
  const std::size_t maxBatchBytes_;
  Scheduler& scheduler_;
  EventBus& events_;
  Nanos zero_ = 0;
  Nanos next_ = 0;
  const BasicCommitter<Use>* committer_ = nullptr;
  std::uint64_t epoch_ = 0;
  bool resumed_ = false;
  bool behind_ = false;  // the clock, and it was said
  bool full_ = false;    // too many wait, and it was said
  detail::Atomic<bool> draining_{false};
  detail::Atomic<bool> done_{false};
  detail::Atomic<std::uint64_t> formed_{0};
};
using BatchClock = BasicBatchClock<>;

}  // namespace dstream::inline v0
