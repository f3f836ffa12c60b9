// SPDX-License-Identifier: BSL-1.0
#pragma once
// Executor: the work-stealing Runner. It starts no thread: whoever owns threads lets them run work(slot).

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/function_ref.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/exec/work_stealing_deque.hpp>

namespace dstream::inline v0 {

/// **meaning** runs the tasks of forEach on `workers` slots: slot 0 is the calling thread's, the others belong to threads that run
/// `work(slot)`. A range of tasks is halved until one is left; the halves wait in the slot's deque, where idle slots find the largest first.
/// Who waits helps, with tasks of its own forEach only: what an outer task holds on this slot meets no other outer task. The outermost caller
/// holds nothing and helps with any.
/// **function contract** body(slot, task): once per task, on any slot; may call forEach of this executor. A thread that is no worker owns
/// slot 0 while its forEach runs, others wait for it; so a task of a second executor must not call back into this one. After the first
/// exception no further task starts.
/// **order** none between tasks; one worker runs them in order.
/// **cost** no allocation. n = 1 and workers = 1 are plain loops, for a foreign thread under the lock of slot 0.
/// **source** Chase–Lev deques; Go's scheduler for waking: who takes one of several tasks wakes another worker.
template <class Atomics = SystemAtomics>
class BasicExecutor {
 public:
  using Body = FunctionRef<void(std::size_t slot, std::size_t task)>;
  using RangeBody = FunctionRef<void(std::size_t slot, std::size_t begin, std::size_t end)>;

  explicit BasicExecutor(std::size_t workers) : workers_(workers > 0 ? workers : 1), slots_(new Slot[workers_]) {
    for (std::size_t slot = 0; slot < workers_; ++slot) slots_[slot].random = seed * (slot + 1);
  }
  ~BasicExecutor() = default;  // by now no forEach and no work() may be running

  [[nodiscard]] std::size_t slots() const { return workers_; }
  /// Bytes of data per task. A constant: a share of the input would cut results differently on each machine.
  /// At 1 MiB a task takes some 100 µs, so starting it costs nothing, and a slice fits in a cache.
  [[nodiscard]] static constexpr std::size_t sliceBytes() { return std::size_t{1} << 20; }

  void forEach(std::size_t n, Body body) {
    if (n == 0) return;
    onSlot([&](std::size_t slot, bool outermost) {
      if (n == 1 || workers_ == 1) {
        for (std::size_t task = 0; task < n; ++task) body(slot, task);
      } else {
        Frame frame{&body, nullptr, 1, slot, outermost, n};
        run(frame, n);
      }
    });
  }

  /// **meaning** for many small tasks: body(slot, begin, end) over ranges that make up [0, n), none cut below `grain`, a sixteenth of what is
  /// left at a time. A range stays divisible while it runs: whenever its slot has nothing that others could take, half of the rest is offered.
  /// **function contract** as forEach's. **order** one worker runs the ranges in order.
  /// **cost** two loads per range; n <= grain is one call.
  void forRange(std::size_t n, std::size_t grain, RangeBody body) {
    if (n == 0) return;
    onSlot([&](std::size_t slot, bool outermost) {
      if (n <= grain || workers_ == 1) {
        body(slot, 0, n);
      } else {
        Frame frame{nullptr, &body, grain > 0 ? grain : 1, slot, outermost, n};
        run(frame, n);
      }
    });
  }

  /// What the thread of a slot from 1 on runs; returns after stop().
  void work(std::size_t slot) {
    const Seat seat(*this, slot);
    helpUntil([this] { return stopping_.load(); }, slot, anyFrame);
  }

  /// Any thread. Ends every work(), each after the tasks it is in; forEach goes on without them.
  void stop() {
    stopping_.store(true);  // partner: park asks again after it has announced itself
    for (std::size_t slot = 1; slot < workers_; ++slot) wakeIf(slot, anyFrame);
  }

  /// Slots that use no processor time now because they found nothing to do.
  [[nodiscard]] std::size_t parked() const { return parked_.load(detail::memory_order_relaxed); }

 private:
  template <class T>
  using Atomic = typename Atomics::template Atomic<T>;
  using Parker = typename Atomics::Parker;

  // A frame's address as a number: it is compared after the frame may have gone.
  using FrameId = std::uintptr_t;
  static constexpr FrameId awake = 0;
  static constexpr FrameId anyFrame = 1;
  static constexpr std::uint64_t seed = 0x9e3779b97f4a7c15;

  // One forEach or forRange that waits, on its caller's stack.
  struct Frame {
    const Body* body;
    const RangeBody* rangeBody;  // one of the two
    std::size_t grain;
    std::size_t slot;  // the caller's
    bool outermost;
    Atomic<std::size_t> pending;  // tasks neither run nor dropped; at 0 the frame may vanish
    Atomic<bool> failed{false};
    std::exception_ptr error{};  // written by whoever set failed; read after pending has reached 0

    [[nodiscard]] FrameId id() const { return reinterpret_cast<FrameId>(this); }
    [[nodiscard]] FrameId waitsFor() const { return outermost ? anyFrame : id(); }
  };

  struct Task {
    Frame* frame;
    std::size_t begin, end;
  };

  struct alignas(64) Slot {
    WorkStealingDeque<Task, Atomics> deque;  // owner: the slot's thread
    std::uint64_t random = 0;                // owner: the slot's thread
    Atomic<FrameId> waitsFor{awake};         // set by the slot's thread, reset by whoever ends the wait
    Parker parker;
  };

  // "This thread is that slot of that executor." A chain, for a body may enter a second executor.
  struct Seat {
    Seat(BasicExecutor& of, std::size_t at) : executor(&of), slot(at), outer(innermost_) { innermost_ = this; }
    ~Seat() { innermost_ = outer; }
    const BasicExecutor* executor;
    std::size_t slot;
    const Seat* outer;
  };

  const Seat* seatOfThisThread() const {
    const Seat* seat = innermost_;
    while (seat != nullptr && seat->executor != this) seat = seat->outer;
    return seat;
  }

  template <class Call>
  void onSlot(Call call) {
    if (const Seat* seat = seatOfThisThread()) return call(seat->slot, false);
    const detail::Lock lock(foreign_);
    const Seat seat(*this, 0);
    call(std::size_t{0}, true);
  }

  void run(Frame& frame, std::size_t n) {
    const std::size_t slot = frame.slot;
    const std::size_t done = drain(slot, {&frame, 0, n});
    frame.pending.fetch_sub(done, detail::memory_order_relaxed);
    // Partner: the fetch_sub in help; in the one order of park, which asks after it has announced itself.
    const auto ended = [&] { return frame.pending.load() == 0; };
    helpUntil(ended, slot, frame.waitsFor());
    if (frame.error) std::rethrow_exception(std::move(frame.error));
  }

  // Runs the task and all that it was split into, as far as nobody steals it; returns how many that were.
  std::size_t drain(std::size_t slot, Task task) {
    Frame& frame = *task.frame;
    auto& deque = slots_[slot].deque;
    const auto base = deque.bottom();
    std::size_t done = 0;
    do {
      const std::size_t begin = task.begin;
      try {
        frame.body != nullptr ? runByHalves(slot, task) : runByRanges(slot, task);
      } catch (...) {
        if (!frame.failed.exchange(true)) frame.error = std::current_exception();
      }
      done += task.end - begin;
    } while (deque.pop(task, base));
    return done;
  }

  // Offers half of the task until one is left, and runs that.
  void runByHalves(std::size_t slot, Task& task) {
    Frame& frame = *task.frame;
    bool offered = false;
    while (task.end - task.begin > 1 && !frame.failed.load(detail::memory_order_relaxed) && offerHalf(slot, task)) offered = true;
    if (offered) announce(slot, frame);
    while (task.begin < task.end && !frame.failed.load()) (*frame.body)(slot, task.begin++);
  }

  // Runs the task a sixteenth of the rest at a time, and in between offers half of it if nothing else of this slot can be taken.
  void runByRanges(std::size_t slot, Task& task) {
    Frame& frame = *task.frame;
    while (task.begin < task.end && !frame.failed.load()) {
      if (slots_[slot].deque.empty() && task.end - task.begin >= 2 * frame.grain && offerHalf(slot, task)) announce(slot, frame);
      const std::size_t left = task.end - task.begin;
      const std::size_t wanted = left / 16 > frame.grain ? left / 16 : frame.grain;
      const std::size_t begin = task.begin;
      task.begin += wanted < left ? wanted : left;
      (*frame.rangeBody)(slot, begin, task.begin);
    }
  }

  bool offerHalf(std::size_t slot, Task& task) {
    const std::size_t middle = task.begin + (task.end - task.begin) / 2;
    const bool pushed = slots_[slot].deque.push({task.frame, middle, task.end});
    if (pushed) task.end = middle;
    return pushed;
  }

  void announce(std::size_t slot, const Frame& frame) {
    slots_[slot].deque.publish();
    wakeFor(frame.id());
  }

  // Steals one task, of that frame only unless anyFrame, and runs it.
  bool help(std::size_t slot, FrameId only) {
    std::uint64_t& random = slots_[slot].random;
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    std::size_t victim = static_cast<std::size_t>(random % workers_);
    for (std::size_t i = 0; i < workers_; ++i, victim = victim + 1 == workers_ ? 0 : victim + 1) {
      Task task;
      if (victim == slot || !slots_[victim].deque.steal(task, only == anyFrame ? 0 : only)) continue;
      // One wake-up may stand for several tasks: as long as some are left, each thief passes it on.
      if (const FrameId next = slots_[victim].deque.peek(); next != 0) wakeFor(next);
      Frame& frame = *task.frame;
      const std::size_t waiter = frame.slot;
      const FrameId waitsFor = frame.waitsFor();
      const std::size_t done = drain(slot, task);
      // Partner: ended in run. Once it is 0 the frame may be gone; its number alone is still used.
      if (frame.pending.fetch_sub(done) == done) wakeIf(waiter, waitsFor);
      return true;
    }
    return false;
  }

  template <class Ended>
  void helpUntil(Ended ended, std::size_t slot, FrameId only) {
    for (std::size_t looks = 0; !ended();) {
      if (help(slot, only)) {
        looks = 0;
      } else if (++looks < Parker::looks) {
        Parker::pause(looks);
      } else {
        park(slot, only, ended);
        looks = 0;
      }
    }
  }

  // Blocks until woken, unless there is a reason not to. No wake-up is lost: a waker first makes its reason visible (by publish, steal, pending,
  // stopping_) and then looks for waiters; here it is the other way round, all of it sequentially consistent, so one of the two sees the other.
  template <class Ended>
  void park(std::size_t slot, FrameId waitsFor, Ended ended) {
    Slot& own = slots_[slot];
    parked_.fetch_add(1);  // first: it is never less than the number of waiters to be found
    own.waitsFor.store(waitsFor);
    if (ended() || anythingFor(waitsFor)) wakeIf(slot, waitsFor);  // or somebody else does so just now
    own.parker.await(own.waitsFor, awake);
  }

  bool anythingFor(FrameId waitsFor) const {
    for (std::size_t victim = 0; victim < workers_; ++victim) {
      const FrameId next = slots_[victim].deque.peek();
      if (next == waitsFor || (next != 0 && waitsFor == anyFrame)) return true;
    }
    return false;
  }

  // A task of that frame can be stolen: wakes an idle worker, or else the frame's waiter.
  void wakeFor(FrameId frame) {
    if (parked_.load() == 0) return;  // partner: park
    for (const FrameId waiting : {anyFrame, frame}) {
      for (std::size_t slot = 0; slot < workers_; ++slot) {
        if (wakeIf(slot, waiting)) return;
      }
    }
  }

  bool wakeIf(std::size_t slot, FrameId waitsFor) {
    Slot& other = slots_[slot];
    if (other.waitsFor.load() != waitsFor) return false;  // partner: park
    if (!other.waitsFor.compare_exchange_strong(waitsFor, awake)) return false;  // somebody else woke it
    parked_.fetch_sub(1);
    other.parker.wake();
    return true;
  }

  static constinit inline thread_local const Seat* innermost_ = nullptr;
  const std::size_t workers_;
  const std::unique_ptr<Slot[]> slots_;
  detail::Mutex foreign_;  // held by the foreign thread that is slot 0
  alignas(64) Atomic<std::size_t> parked_{0};
  Atomic<bool> stopping_{false};
};

using Executor = BasicExecutor<>;

}  // namespace dstream::inline v0
