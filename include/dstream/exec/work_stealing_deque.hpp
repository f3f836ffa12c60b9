// SPDX-License-Identifier: BSL-1.0
#pragma once
// WorkStealingDeque: one owner pushes and pops at the bottom, any thread steals at the top; without locks.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include <sched.h>
#include <semaphore.h>

#include <dstream/core/atomic.hpp>
#include <dstream/core/config.hpp>

namespace dstream::inline v0 {

/// How threads meet in a real program; a test passes its own and steps the algorithms operation by operation.
struct SystemAtomics {
  template <class T>
  using Atomic = detail::Atomic<T>;

  /// Where one thread waits for others, at first by looking again and then without processor time.
  class Parker {
   public:
    /// With their pauses some 250 µs: waking a thread that blocks costs some tens of it, and the next batch's tasks come one stage after the other.
    static constexpr std::size_t looks = 768;
    /// Before that look: the first ones soon after each other; then whoever else wants the core may have it.
    static void pause(std::size_t look) {
      if (look > 128) {
        ::sched_yield();
        return;
      }
#if defined(__x86_64__) || defined(__i386__)
      for (int i = 0; i < 4; ++i) __builtin_ia32_pause();
#endif
    }

    Parker() { ::sem_init(&wakes_, 0, 0); }
    Parker(const Parker&) = delete;
    Parker& operator=(const Parker&) = delete;
    ~Parker() { ::sem_destroy(&wakes_); }

    /// The one that waits. Blocks until the word has the value; whoever gives it that value calls wake, once.
    template <class T>
    void await(const Atomic<T>& word, T value) {
      do {
        while (::sem_wait(&wakes_) != 0) {  // a signal came
        }
      } while (word.load(detail::memory_order_acquire) != value);  // partner: the store before wake
    }
    /// Any thread.
    void wake() { ::sem_post(&wakes_); }

   private:
    sem_t wakes_;
  };
};

/// **meaning** the Chase–Lev deque over a fixed ring. Tasks are plain words, stored as relaxed atomics: a
/// thief reads them before it has won them, and what it read is thrown away when it loses. A full ring
/// refuses a push; the owner then does the work itself, so nothing ever has to grow or be reclaimed.
/// **function contract** owner: push, publish, pop, bottom, empty. Any thread: steal, peek. "The owner" may change
/// hands if the hand-over itself synchronises.
/// **cost** push: two plain stores more than the task. pop: one sequentially consistent store. steal: one
/// compare-exchange.
/// **source** Chase and Lev, "Dynamic circular work-stealing deque", SPAA 2005. Memory orders after Lê, Pop,
/// Cohen and Zappa Nardelli, "Correct and efficient work-stealing for weak memory models", PPoPP 2013, with
/// their two fences turned into sequentially consistent accesses of top and bottom, which a race detector
/// understands.
template <class Task, class Atomics = SystemAtomics, std::size_t slots = 1024>
class WorkStealingDeque {
 public:
  using Word = std::uintptr_t;
  using Index = std::int64_t;

  static_assert(std::is_trivially_copyable_v<Task>, "a task is copied as raw words");
  static_assert(sizeof(Task) % sizeof(Word) == 0, "a task must consist of whole words");
  static_assert(std::has_single_bit(slots), "an index is masked into the ring");

  /// Owner. False: the ring is full and the task was not taken.
  bool push(const Task& task) {
    const Index bottom = bottom_.load(detail::memory_order_relaxed);
    if (bottom - knownTop_ >= capacity) {
      // Partner: the compare-exchange of steal. Its reads of a slot end before that slot is written again.
      knownTop_ = top_.load(detail::memory_order_acquire);
      if (bottom - knownTop_ >= capacity) return false;
    }
    write(ring_[position(bottom)], task, everyWord);
    // Partner: bottom's load in steal, which then reads the slot.
    bottom_.store(bottom + 1, detail::memory_order_release);
    return true;
  }

  /// Owner. Puts all earlier pushes before whatever the owner loads next in the one order of sequentially
  /// consistent operations: who announced its parking, and then saw nothing by peek, is seen by that load.
  void publish() {
    const Index bottom = bottom_.load(detail::memory_order_relaxed);
    bottom_.store(bottom, detail::memory_order_seq_cst);  // partner: the loads in peek
  }

  /// Owner. Takes the youngest task if it was pushed when bottom() was `base` or more.
  bool pop(Task& into, Index base = 0) {
    const Index last = bottom_.load(detail::memory_order_relaxed) - 1;
    if (last < base) return false;
    // Partner: the loads in steal. Either a thief sees that the last task is claimed, or we see that the
    // thief came first.
    bottom_.store(last, detail::memory_order_seq_cst);
    const Index top = top_.load(detail::memory_order_seq_cst);
    if (top < last) {
      read(ring_[position(last)], into, everyWord);
      return true;
    }
    bool taken = false;
    if (top == last) {  // the only task left: whoever moves top has it
      read(ring_[position(last)], into, everyWord);
      taken = advance(top);
    }
    // Relaxed: top has reached last + 1 already, so whoever reads this value finds nothing or loses its
    // compare-exchange.
    bottom_.store(last + 1, detail::memory_order_relaxed);
    return taken;
  }

  /// Owner. The `base` for a later pop that must leave alone everything that is in the deque now.
  [[nodiscard]] Index bottom() const { return bottom_.load(detail::memory_order_relaxed); }

  /// Owner. Whether there is nothing to steal; what it was taken for may have gone meanwhile.
  [[nodiscard]] bool empty() const {
    return top_.load(detail::memory_order_relaxed) >= bottom_.load(detail::memory_order_relaxed);
  }

  /// Any thread. Takes the oldest task; with `only`, not unless its first word has that value. False also
  /// when another thread was faster: look again.
  bool steal(Task& into, Word only = 0) {
    // Partner: the compare-exchanges. Top before bottom: pop's proof needs that order.
    const Index top = top_.load(detail::memory_order_seq_cst);
    if (top >= bottom_.load(detail::memory_order_seq_cst)) return false;  // partner: push, and pop's claim
    // Compared as a value before it is won: the word may be stale, so nothing it points to may be touched
    // yet.
    if (only != 0 && ring_[position(top)][0].load(detail::memory_order_relaxed) != only) return false;
    Task task;
    read(ring_[position(top)], task, everyWord);
    // Partner: pop and the other thieves (who has the task); as a release: push (the slot may be written
    // again).
    if (!advance(top)) return false;
    into = task;
    return true;
  }

  /// Any thread. The first word of the oldest task, 0 if there is none: a hint, stale as soon as it is known.
  [[nodiscard]] Word peek() const {
    const Index top = top_.load(detail::memory_order_seq_cst);        // partner: the compare-exchange of steal
    if (top >= bottom_.load(detail::memory_order_seq_cst)) return 0;  // partner: publish
    return ring_[position(top)][0].load(detail::memory_order_relaxed);
  }

 private:
  using Counter = typename Atomics::template Atomic<Index>;
  using Slot = std::array<typename Atomics::template Atomic<Word>, sizeof(Task) / sizeof(Word)>;

  static constexpr std::make_index_sequence<sizeof(Task) / sizeof(Word)> everyWord{};
  static constexpr Index capacity = static_cast<Index>(slots);
  static constexpr std::size_t cacheLine = 64;

  static std::size_t position(Index index) { return static_cast<std::size_t>(index) & (slots - 1); }

  // Takes the oldest task if it still is the one at `top`.
  bool advance(Index top) {
    return top_.compare_exchange_strong(top, top + 1, detail::memory_order_seq_cst, detail::memory_order_relaxed);
  }

  // Word by word: through an array, as bit_cast would have it, GCC stores single words and loads pairs of
  // them, which costs a failed store forwarding each time, three times as much as all the rest.
  template <std::size_t... i>
  static void write(Slot& slot, const Task& task, std::index_sequence<i...>) {
    const auto word = [&](std::size_t at) {
      Word copy;
      std::memcpy(&copy, reinterpret_cast<const char*>(&task) + at * sizeof copy, sizeof copy);
      return copy;
    };
    (slot[i].store(word(i), detail::memory_order_relaxed), ...);
  }
  template <std::size_t... i>
  static void read(const Slot& slot, Task& into, std::index_sequence<i...>) {
    const auto set = [&](std::size_t at, Word copy) {
      std::memcpy(reinterpret_cast<char*>(&into) + at * sizeof copy, &copy, sizeof copy);
    };
    (set(i, slot[i].load(detail::memory_order_relaxed)), ...);
  }

  alignas(cacheLine) Counter top_{0};                  // moved by thieves and, for the last task, the owner
  alignas(cacheLine) Counter bottom_{0};               // written by the owner
  Index knownTop_ = 0;                                 // the owner's: a top that once was
  alignas(cacheLine) std::array<Slot, slots> ring_{};  // written by the owner
};

}  // namespace dstream::inline v0
