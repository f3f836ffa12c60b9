// SPDX-License-Identifier: BSL-1.0
#pragma once
// Atomics and locks for tests: one thread runs at a time, by a seed's choice at each operation, and stores reach the
// others late.

#include <sched.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <random>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include <dstream/core/atomic.hpp>

namespace stepped {

using dstream::detail::memory_order_release;
using dstream::detail::memory_order_seq_cst;
using dstream::detail::MemoryOrder;

/// How many schedules a test runs; DSTREAM_SCHEDULES asks for more.
inline std::uint64_t schedules() {
  const char* const asked = std::getenv("DSTREAM_SCHEDULES");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : 10'000;
}

/// While it lives this thread and those it begins stay on one processor. One of them runs at a time anyway, and a turn that goes to a sleeper of the same
/// processor costs some 2 µs; to another processor, or by looking again and again, it costs 10 times as much, and any time on a busy machine.
class OnOneProcessor {
 public:
  OnOneProcessor() {
    known_ = ::sched_getaffinity(0, sizeof before_, &before_) == 0;
    const int here = ::sched_getcpu();
    if (!known_ || here < 0) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(here), &one);
    ::sched_setaffinity(0, sizeof one, &one);
  }
  OnOneProcessor(const OnOneProcessor&) = delete;
  OnOneProcessor& operator=(const OnOneProcessor&) = delete;
  ~OnOneProcessor() {
    if (known_) ::sched_setaffinity(0, sizeof before_, &before_);
  }

 private:
  cpu_set_t before_{};
  bool known_ = false;
};

/// A store that is not sequentially consistent waits in its thread's buffer until chance or the thread's next
/// stronger operation lets it out: a release store after all before it, a relaxed one maybe earlier than
/// others. Loads are in program order: what is found is a missing release or a missing total order, not a
/// missing acquire.
class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed), mostlyStay_(3 + seed % 14) {}

  /// Runs the programs to their end, each on a thread of its own.
  void run(const std::vector<std::function<void()>>& programs) {
    for (std::size_t i = 0; i < programs.size(); ++i) lives_.emplace_back();
    unfinished_ = programs.size();
    const OnOneProcessor stay;
    std::vector<std::thread> threads;
    for (std::size_t self = 0; self < programs.size(); ++self) {
      threads.emplace_back([this, self, &programs] {
        here_ = this;
        self_ = self;
        try {
          awaitTurn();
          programs[self]();
          while (!own().late.empty())
            step();  // not at once: others may still run before the last stores arrive
        } catch (const Aborted&) {
          own().late.clear();  // what they were meant for may be gone
        }
        own().ended = true;
        --unfinished_;
        pass();
        here_ = nullptr;
      });
    }
    pass();
    for (std::thread& thread : threads) thread.join();
  }

  /// Why the programs were ended before their end, empty if they were not.
  [[nodiscard]] const std::string& aborted() const { return aborted_; }

  /// The machine that steps this thread, or none: then memory is plain.
  static Machine* here() { return here_; }

  /// Before each operation: maybe some store arrives, maybe another thread is next.
  void step() {
    if (++steps_ > mostSteps && aborted_.empty()) aborted_ = "the programs do not end";
    if (!aborted_.empty()) throw Aborted{};
    while (chance(3)) arrive();
    if (!chance(mostlyStay_)) return;
    pass();
    awaitTurn();
  }

  void store(std::uint64_t& cell, std::uint64_t value, MemoryOrder order) {
    if (order == memory_order_seq_cst) {
      flush();
      cell = value;
    } else {
      own().late.push_back({&cell, value, order == memory_order_release});
    }
  }

  [[nodiscard]] std::uint64_t load(const std::uint64_t& cell) const {
    const auto& late = lives_[self_].late;
    const auto last =
        std::find_if(late.rbegin(), late.rend(), [&](const Late& one) { return one.cell == &cell; });
    return last == late.rend() ? cell : last->value;
  }

  void flush() {
    for (const Late& late : own().late) *late.cell = late.value;
    own().late.clear();
  }

  /// Blocks this thread until another one unblocks it; its number is for that.
  [[nodiscard]] std::size_t self() const { return self_; }
  void block() {
    flush();
    own().blocked = true;
    pass();
    awaitTurn();
  }
  void unblock(std::size_t thread) { lives_[thread].blocked = false; }

 private:
  struct Aborted {};
  struct Late {
    std::uint64_t* cell;
    std::uint64_t value;
    bool release;
  };
  struct Life {
    std::vector<Late> late;
    bool blocked = false;
    bool ended = false;
    std::binary_semaphore turn{0};
  };
  static constexpr std::size_t mostSteps = 100'000;

  Life& own() { return lives_[self_]; }
  bool chance(std::uint64_t oneIn) { return random_() % oneIn == 0; }

  void arrive() {
    auto& buffer = lives_[random_() % lives_.size()].late;
    if (buffer.empty()) return;
    const std::size_t at = random_() % buffer.size();
    const auto chosen = buffer.begin() + static_cast<std::ptrdiff_t>(at);
    const bool sameCell =
        std::any_of(buffer.begin(), chosen, [&](const Late& late) { return late.cell == chosen->cell; });
    if (at != 0 && (chosen->release || sameCell)) return;
    *chosen->cell = chosen->value;
    buffer.erase(chosen);
  }

  void pass() {
    if (unfinished_ == 0) return;
    const auto mayRun = [&](const Life& life) { return !life.ended && (!life.blocked || !aborted_.empty()); };
    if (std::none_of(lives_.begin(), lives_.end(), mayRun)) aborted_ = "every thread waits for another";
    std::size_t next = random_() % lives_.size();
    while (!mayRun(lives_[next])) next = (next + 1) % lives_.size();
    lives_[next].turn.release();
  }

  void awaitTurn() {
    own().turn.acquire();
    if (!aborted_.empty()) throw Aborted{};
  }

  static inline thread_local Machine* here_ = nullptr;
  static inline thread_local std::size_t self_ = 0;

  // Touched by whoever has the turn.
  std::mt19937_64 random_;
  std::uint64_t mostlyStay_;
  std::deque<Life> lives_;  // they cannot be moved
  std::size_t unfinished_ = 0;
  std::size_t steps_ = 0;
  std::string aborted_;
};

struct SteppedAtomics {
  template <class T>
  class Atomic {
   public:
    Atomic() = default;
    Atomic(T value) : cell_(static_cast<std::uint64_t>(value)) {}  // NOLINT(google-explicit-constructor)

    T load(MemoryOrder = memory_order_seq_cst) const {
      Machine* const machine = Machine::here();
      if (machine == nullptr) return static_cast<T>(cell_);
      machine->step();
      return static_cast<T>(machine->load(cell_));
    }
    void store(T value, MemoryOrder order = memory_order_seq_cst) {
      Machine* const machine = Machine::here();
      if (machine == nullptr) {
        cell_ = static_cast<std::uint64_t>(value);
      } else {
        machine->step();
        machine->store(cell_, static_cast<std::uint64_t>(value), order);
      }
    }
    bool compare_exchange_strong(T& expected, T desired, MemoryOrder = memory_order_seq_cst,
                                 MemoryOrder = memory_order_seq_cst) {
      T before{};
      change([&](T now) {
        before = now;
        return now == expected ? desired : now;
      });
      const bool equal = before == expected;
      expected = before;
      return equal;
    }
    T exchange(T desired, MemoryOrder = memory_order_seq_cst) {
      return change([&](T) { return desired; });
    }
    T fetch_add(T more, MemoryOrder = memory_order_seq_cst) {
      return change([&](T now) { return static_cast<T>(now + more); });
    }
    T fetch_sub(T less, MemoryOrder = memory_order_seq_cst) {
      return change([&](T now) { return static_cast<T>(now - less); });
    }

   private:
    template <class Change>
    T change(Change to) {
      if (Machine* const machine = Machine::here()) {
        machine->step();
        machine->flush();
      }
      const T before = static_cast<T>(cell_);
      cell_ = static_cast<std::uint64_t>(to(before));
      return before;
    }

    std::uint64_t cell_ = 0;
  };

  class Parker {
   public:
    static constexpr std::size_t looks = 2;
    static void pause(std::size_t) {}

    template <class T>
    void await(const Atomic<T>& word, T value) {
      Machine* const machine = Machine::here();
      waiter_ = machine->self();
      machine->flush();  // as taking a lock does
      while (word.load() != value) machine->block();
    }
    void wake() {
      Machine* const machine = Machine::here();
      machine->step();
      machine->flush();
      if (waiter_ != nobody) machine->unblock(waiter_);
    }

   private:
    static constexpr auto nobody = static_cast<std::size_t>(-1);
    std::size_t waiter_ = nobody;
  };
};

/// Of std's kind. A thread that locks, or waits, may lose its turn there; what happens under a lock is one step.
struct SteppedLocks {
  class Mutex {
   public:
    void lock() {
      if (Machine* const machine = Machine::here()) {
        machine->step();
        while (held_) {
          waiting_.push_back(machine->self());
          machine->block();
        }
        machine->flush();
      }
      held_ = true;
    }
    void unlock() {
      held_ = false;
      wake(waiting_);
    }

   private:
    bool held_ = false;
    std::vector<std::size_t> waiting_;
  };

  class Lock {
   public:
    explicit Lock(Mutex& mutex) : mutex_(mutex) { lock(); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() {
      if (held_) mutex_.unlock();
    }
    void lock() {
      mutex_.lock();
      held_ = true;
    }
    void unlock() {
      held_ = false;
      mutex_.unlock();
    }

   private:
    Mutex& mutex_;
    bool held_ = false;
  };

  class Condition {
   public:
    template <class Holds>
    void wait(Lock& lock, Holds holds) {
      while (!holds()) {
        waiting_.push_back(Machine::here()->self());
        lock.unlock();
        Machine::here()->block();
        lock.lock();
      }
    }
    void wakeAll() { wake(waiting_); }

   private:
    std::vector<std::size_t> waiting_;
  };

 private:
  static void wake(std::vector<std::size_t>& threads) {
    if (Machine* const machine = Machine::here())
      for (const std::size_t thread : threads) machine->unblock(thread);
    threads.clear();
  }
};

}  // namespace stepped
