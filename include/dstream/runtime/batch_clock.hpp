// SPDX-License-Identifier: BSL-1.0
#pragma once
// BatchClock: forms a batch at each multiple of the interval and gives it what the inputs have received.

#include <cstdint>
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
/// but the last are one gap, with an event. A clock that goes back is waited for: times never repeat.
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
  /// How often a batch that comes again looks for its data.
  static constexpr Nanos waitForData = 10'000'000;

  BasicBatchClock(World& world, Nanos interval, Inputs inputs, std::size_t maxBatchBytes, Scheduler& scheduler, EventBus& events)
      : interval_(interval), inputs_(std::move(inputs)), maxBatchBytes_(maxBatchBytes), scheduler_(scheduler), events_(events) {
    zero_ = world.now(Clock::Wall) / interval_ * interval_;
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
    if (now < next_) return untilNext(world, now);
    const Nanos missed = (now - next_) / interval_;
    if (std::exchange(resumed_, false) ? missed > 0 : missed > lateLimit && now - next_ > lateTime) {
      next_ += missed * interval_;
      events_.post(TicksMissed{static_cast<std::uint64_t>(missed), {next_}});
    }
    form(world, {.seq = formed_.load(detail::memory_order_relaxed) + 1, .time = {next_}, .epoch = epoch_});
    next_ += interval_;
    return untilNext(world, world.now(Clock::Wall));
  }

  /// The clock ends with the first tick at which every input has ended and given away all it had.
  void drain() { draining_.store(true, detail::memory_order_release); }

  /// The last tick was made. acquire: partner of the release in form.
  [[nodiscard]] bool done() const { return done_.load(detail::memory_order_acquire); }
  /// seq of the last batch formed so far. acquire: partner of the release in form.
  [[nodiscard]] std::uint64_t formed() const { return formed_.load(detail::memory_order_acquire); }

 private:
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
    bool ended = draining_.load(detail::memory_order_acquire);
    for (const Input* input : inputs_) ended = ended && input->ended();
    if (!ended) return Step::at(world.now(Clock::Steady) + (interval_ < waitForData ? interval_ : waitForData));
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
  detail::Atomic<bool> draining_{false};
  detail::Atomic<bool> done_{false};
  detail::Atomic<std::uint64_t> formed_{0};
};
using BatchClock = BasicBatchClock<>;

}  // namespace dstream::inline v0
