// SPDX-License-Identifier: BSL-1.0
#include <dstream/exec/work_stealing_deque.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::WorkStealingDeque;

using Word = std::uintptr_t;

// `kind` stands for the frame; the check finds a task that was read half old, half new.
struct Task {
  Word kind = 0;
  Word id = 0;
  Word check = 0;
};
Task taskOf(Word kind, Word id) { return {kind, id, ~(kind * 1000003 + id)}; }
bool isWhole(const Task& task) { return task.check == ~(task.kind * 1000003 + task.id); }

// --- a machine on which one thread runs at a time, by the seed's choice, and stores reach the others late
// -------------

class Machine {
 public:
  explicit Machine(std::uint64_t seed) : random_(seed), mostlyStay_(2 + seed % 5) {}

  // Runs the programs to their end, each on a thread of its own.
  void run(const std::vector<std::function<void()>>& programs) {
    buffers_.assign(programs.size(), {});
    unfinished_ = programs.size();
    ended_.assign(programs.size(), false);
    std::vector<std::thread> threads;
    for (std::size_t self = 0; self < programs.size(); ++self) {
      threads.emplace_back([this, self, &programs] {
        here_ = this;
        self_ = self;
        awaitTurn();
        programs[self]();
        while (!buffers_[self].empty())
          step();  // not at once: others may still run before the last stores arrive
        ended_[self] = true;
        --unfinished_;
        pass();
        here_ = nullptr;
      });
    }
    pass();
    for (std::thread& thread : threads) thread.join();
  }

  // The machine that steps this thread, or none: then memory is plain.
  static Machine* here() { return here_; }

  // Before each operation: maybe some store arrives, maybe another thread is next.
  void step() {
    while (chance(3)) arrive();
    if (!chance(mostlyStay_)) return;
    pass();
    awaitTurn();
  }

  void store(std::uint64_t& cell, std::uint64_t value, std::memory_order order) {
    if (order == std::memory_order_seq_cst) {
      flush();
      cell = value;
    } else {
      buffers_[self_].push_back({&cell, value, order == std::memory_order_release});
    }
  }

  std::uint64_t load(const std::uint64_t& cell) const {
    const auto& own = buffers_[self_];
    const auto last =
        std::find_if(own.rbegin(), own.rend(), [&](const Late& late) { return late.cell == &cell; });
    return last == own.rend() ? cell : last->value;
  }

  void flush() {
    for (const Late& late : buffers_[self_]) *late.cell = late.value;
    buffers_[self_].clear();
  }

 private:
  struct Late {
    std::uint64_t* cell;
    std::uint64_t value;
    bool release;
  };

  bool chance(std::uint64_t oneIn) { return random_() % oneIn == 0; }

  // Some thread's store becomes visible: a release store after all before it, a relaxed one maybe earlier
  // than others.
  void arrive() {
    auto& buffer = buffers_[random_() % buffers_.size()];
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
    std::size_t next = random_() % ended_.size();
    while (ended_[next]) next = (next + 1) % ended_.size();
    turn_.store(next, std::memory_order_release);
  }
  void awaitTurn() const {
    while (turn_.load(std::memory_order_acquire) != self_) std::this_thread::yield();
  }

  static inline thread_local Machine* here_ = nullptr;
  static inline thread_local std::size_t self_ = 0;

  std::mt19937_64 random_;
  std::uint64_t mostlyStay_;
  std::vector<std::vector<Late>> buffers_;
  std::vector<bool> ended_;
  std::size_t unfinished_ = 0;
  std::atomic<std::size_t> turn_{static_cast<std::size_t>(-1)};
};

// Loads are in program order here: a missing acquire is not found, a missing release or total order is.
struct SteppedAtomics {
  template <class T>
  class Atomic {
   public:
    Atomic() = default;
    Atomic(T value)
        : cell_(static_cast<std::uint64_t>(value)) {}  // NOLINT(google-explicit-constructor): as std::atomic

    T load(std::memory_order) const {
      Machine* const machine = Machine::here();
      if (machine == nullptr) return static_cast<T>(cell_);
      machine->step();
      return static_cast<T>(machine->load(cell_));
    }
    void store(T value, std::memory_order order) {
      Machine* const machine = Machine::here();
      if (machine != nullptr) {
        machine->step();
        machine->store(cell_, static_cast<std::uint64_t>(value), order);
      } else {
        cell_ = static_cast<std::uint64_t>(value);
      }
    }
    bool compare_exchange_strong(T& expected, T desired, std::memory_order, std::memory_order) {
      if (Machine* const machine = Machine::here()) {
        machine->step();
        machine->flush();
      }
      const bool equal = static_cast<T>(cell_) == expected;
      if (equal) cell_ = static_cast<std::uint64_t>(desired);
      expected = equal ? expected : static_cast<T>(cell_);
      return equal;
    }

   private:
    std::uint64_t cell_ = 0;
  };
};

std::uint64_t schedules() {
  const char* const asked = std::getenv("DSTREAM_SCHEDULES");
  return asked != nullptr ? std::strtoull(asked, nullptr, 10) : 2000;
}

// What one thread of a schedule saw; judged when all have ended.
struct Log {
  std::vector<Word> taken;
  std::string wrong;
  void expect(bool holds, const char* law) {
    if (!holds && wrong.empty()) wrong = law;
  }
};

// The owner pushes and pops at random; it knows what a stack would give.
template <class Deque>
void own(Deque& deque, std::uint64_t seed, Log& log, Word& pushed) {
  std::mt19937_64 random(seed);
  std::vector<Word> stack;
  const auto push = [&] {
    const Word id = pushed + 1;
    if (!deque.push(taskOf(1 + id % 2, id))) return;
    stack.push_back(id);
    ++pushed;
  };
  const auto pop = [&](std::int64_t base, std::size_t kept) {
    Task task;
    if (deque.pop(task, base)) {
      log.taken.push_back(task.id);
      log.expect(isWhole(task), "a popped task is whole");
      log.expect(stack.size() > kept && stack.back() == task.id,
                 "pop takes the youngest task above the base");
      stack.resize(stack.size() > 0 ? stack.size() - 1 : 0);
      return true;
    }
    stack.resize(std::min(kept, stack.size()));  // the rest has been stolen, or is found missing at the end
    return false;
  };
  for (int i = 0; i < 7; ++i) {
    switch (random() % 4) {
      case 0:
      case 1:
        push();
        break;
      case 2:
        pop(0, 0);
        break;
      default: {  // an inner forEach: its tasks, then none below
        const auto base = deque.bottom();
        const std::size_t kept = stack.size();
        push();
        if (random() % 2 == 0) push();
        if (random() % 2 == 0) deque.publish();
        while (pop(base, kept)) {
        }
      }
    }
  }
}

template <class Deque>
void steal(Deque& deque, std::uint64_t seed, Log& log) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 4; ++i) {
    const Word only = random() % 3;
    Task task;
    if (!deque.steal(task, only)) continue;
    log.expect(isWhole(task), "a stolen task is whole");
    log.expect(only == 0 || task.kind == only, "a filtered steal takes its kind only");
    log.expect(log.taken.empty() || log.taken.back() < task.id, "a thief finds the oldest first");
    log.taken.push_back(task.id);
  }
}

}  // namespace

TEST_CASE("deque: the owner sees a stack, a thief a queue") {
  WorkStealingDeque<Task> deque;
  Task task;
  CHECK_FALSE(deque.pop(task));
  CHECK_FALSE(deque.steal(task));
  for (Word id = 1; id <= 6; ++id) REQUIRE(deque.push(taskOf(1, id)));
  REQUIRE(deque.pop(task));
  CHECK(task.id == 6);
  REQUIRE(deque.steal(task));
  CHECK(task.id == 1);
  REQUIRE(deque.steal(task));
  CHECK(task.id == 2);
  for (const Word id : {5u, 4u, 3u}) {
    REQUIRE(deque.pop(task));
    CHECK(task.id == id);
  }
  CHECK_FALSE(deque.pop(task));
  CHECK_FALSE(deque.steal(task));
}

TEST_CASE("deque: a full ring refuses, and takes again what was made room for") {
  WorkStealingDeque<Task, dstream::StdAtomics, 4> deque;
  Task task;
  Word next = 1;
  for (Word round = 0; round < 10; ++round) {
    while (deque.push(taskOf(1, next))) ++next;
    CHECK(next == 5 + 2 * round);
    REQUIRE(deque.steal(task));
    REQUIRE(deque.pop(task));
    CHECK(task.id == next - 1);
  }
}

TEST_CASE("deque: pop leaves alone what lies below its base") {
  WorkStealingDeque<Task> deque;
  Task task;
  for (Word id = 1; id <= 3; ++id) REQUIRE(deque.push(taskOf(1, id)));
  const auto base = deque.bottom();
  CHECK_FALSE(deque.pop(task, base));
  REQUIRE(deque.push(taskOf(2, 4)));
  REQUIRE(deque.push(taskOf(2, 5)));
  REQUIRE(deque.pop(task, base));
  REQUIRE(deque.pop(task, base));
  CHECK(task.id == 4);
  CHECK_FALSE(deque.pop(task, base));
  REQUIRE(deque.pop(task));
  CHECK(task.id == 3);
}

TEST_CASE("deque: a thief that wants one kind gets it from the top or nothing") {
  WorkStealingDeque<Task> deque;
  Task task;
  CHECK(deque.peek() == 0);
  REQUIRE(deque.push(taskOf(1, 1)));
  REQUIRE(deque.push(taskOf(2, 2)));
  CHECK(deque.peek() == 1);
  CHECK_FALSE(deque.steal(task, 2));
  REQUIRE(deque.steal(task, 1));
  CHECK(task.id == 1);
  CHECK(deque.peek() == 2);
  CHECK_FALSE(deque.steal(task, 1));
  REQUIRE(deque.steal(task, 2));
  CHECK(deque.peek() == 0);
}

TEST_CASE("deque: under stepped schedules each task is taken once and in order") {
  for (std::uint64_t seed = 0; seed < schedules(); ++seed) {
    WorkStealingDeque<Task, SteppedAtomics, 4> deque;
    const std::size_t thieves = 1 + seed % 2;
    std::vector<Log> logs(1 + thieves);
    Word pushed = 0;
    std::vector<std::function<void()>> programs{[&] { own(deque, seed, logs[0], pushed); }};
    for (std::size_t thief = 1; thief <= thieves; ++thief) {
      programs.push_back([&, thief] { steal(deque, seed * 7 + thief, logs[thief]); });
    }
    Machine(seed).run(programs);
    Task task;
    while (deque.pop(task)) logs[0].taken.push_back(task.id);
    INFO("seed " << seed << " of DSTREAM_SCHEDULES=" << schedules());
    std::vector<Word> taken;
    for (const Log& log : logs) {
      REQUIRE(log.wrong == "");
      taken.insert(taken.end(), log.taken.begin(), log.taken.end());
    }
    std::sort(taken.begin(), taken.end());
    std::vector<Word> all(pushed);
    for (Word id = 0; id < pushed; ++id) all[id] = id + 1;
    REQUIRE(taken == all);
  }
}

TEST_CASE("deque: who publishes and who announces that it parks do not miss each other") {
  for (std::uint64_t seed = 0; seed < schedules(); ++seed) {
    WorkStealingDeque<Task, SteppedAtomics, 4> deque;
    SteppedAtomics::Atomic<Word> announced{0};
    Word seenByOwner = 0;
    Word seenByThief = 0;
    Machine(seed).run({[&] {
                         deque.push(taskOf(1, 1));
                         deque.publish();
                         seenByOwner = announced.load(std::memory_order_seq_cst);
                       },
                       [&] {
                         announced.store(1, std::memory_order_seq_cst);
                         seenByThief = deque.peek();
                       }});
    INFO("seed " << seed << " of DSTREAM_SCHEDULES=" << schedules());
    REQUIRE((seenByOwner == 1 || seenByThief == 1));
  }
}

TEST_CASE("deque: real threads take each task once") {
  constexpr Word total = 200'000;
  WorkStealingDeque<Task, dstream::StdAtomics, 64> deque;
  std::vector<std::atomic<int>> times(total);
  std::atomic<bool> over{false};
  std::atomic<bool> wrong{false};
  const auto took = [&](const Task& task) {
    if (!isWhole(task) || task.id >= total) {
      wrong = true;
    } else {
      times[task.id].fetch_add(1, std::memory_order_relaxed);
    }
  };
  std::vector<std::thread> thieves;
  for (Word thief = 0; thief < 2; ++thief) {
    thieves.emplace_back([&, thief] {
      Task task;
      while (!over.load(std::memory_order_acquire)) {
        const Word only = thief == 0 ? 0 : 1;
        if (!deque.steal(task, only)) continue;
        took(task);
        if (only != 0 && task.kind != only) wrong = true;
      }
    });
  }
  std::mt19937_64 random(1);
  Task task;
  for (Word next = 0; next < total;) {
    for (auto burst = random() % 8; burst > 0 && next < total && deque.push(taskOf(1 + next % 2, next));
         --burst)
      ++next;
    for (auto burst = random() % 8; burst > 0 && deque.pop(task); --burst) took(task);
  }
  while (deque.pop(task)) took(task);
  over.store(true, std::memory_order_release);
  for (std::thread& thief : thieves) thief.join();
  while (deque.steal(task)) took(task);
  CHECK_FALSE(wrong);
  CHECK(std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; }));
}
