// SPDX-License-Identifier: BSL-1.0
#include <dstream/exec/work_stealing_deque.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "exec/stepped.hpp"
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

using stepped::Machine;
using stepped::schedules;
using stepped::SteppedAtomics;

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
  CHECK(deque.empty());
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
    CHECK(deque.empty() == (id == 3u));
    CHECK(task.id == id);
  }
  CHECK_FALSE(deque.pop(task));
  CHECK_FALSE(deque.steal(task));
}

TEST_CASE("deque: a full ring refuses, and takes again what was made room for") {
  WorkStealingDeque<Task, dstream::SystemAtomics, 4> deque;
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
    Machine machine(seed);
    machine.run(programs);
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
                         seenByOwner = announced.load(dstream::detail::memory_order_seq_cst);
                       },
                       [&] {
                         announced.store(1, dstream::detail::memory_order_seq_cst);
                         seenByThief = deque.peek();
                       }});
    INFO("seed " << seed << " of DSTREAM_SCHEDULES=" << schedules());
    REQUIRE((seenByOwner == 1 || seenByThief == 1));
  }
}

TEST_CASE("deque: real threads take each task once") {
  constexpr Word total = 200'000;
  WorkStealingDeque<Task, dstream::SystemAtomics, 64> deque;
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
