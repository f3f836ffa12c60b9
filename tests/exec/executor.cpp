// SPDX-License-Identifier: BSL-1.0
#include <dstream/exec/executor.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "exec/stepped.hpp"
#include "support/catch.hpp"
#include "support/counting_new.hpp"

namespace {

using dstream::Executor;

// An executor with its threads, as the real world hires them.
class Team {
 public:
  explicit Team(std::size_t workers) : executor(workers) {
    for (std::size_t slot = 1; slot < workers; ++slot)
      threads_.emplace_back([this, slot] { executor.work(slot); });
  }
  ~Team() {
    executor.stop();
    for (std::thread& thread : threads_) thread.join();
  }
  void awaitAllParked() const {
    while (executor.parked() + 1 < executor.slots()) std::this_thread::yield();
  }

  Executor executor;

 private:
  std::vector<std::thread> threads_;
};

void spin(int turns) {
  for (; turns > 0; --turns) std::atomic_signal_fence(std::memory_order_seq_cst);
}

void arriveAndAwait(std::atomic<std::size_t>& arrived, std::size_t all) {
  arrived.fetch_add(1);
  arrived.notify_all();
  for (std::size_t now = arrived; now < all; now = arrived) arrived.wait(now);
}

}  // namespace

static_assert(dstream::Runner<Executor>);

TEST_CASE("executor: each task runs once, on a slot of its own") {
  for (const std::size_t workers : {1u, 2u, 4u, 8u}) {
    Team team(workers);
    CHECK(team.executor.slots() == workers);
    std::vector<std::atomic<bool>> busy(workers);
    for (const std::size_t n : {0u, 1u, 2u, 3u, 7u, 8u, 64u, 1000u, 20'000u}) {
      std::vector<std::atomic<int>> times(n);
      std::atomic<bool> overlap{false};
      team.executor.forEach(n, [&](std::size_t slot, std::size_t task) {
        if (slot >= workers || busy[slot].exchange(true)) overlap = true;
        times[task].fetch_add(1);
        busy[slot] = false;
      });
      INFO(workers << " workers, " << n << " tasks");
      CHECK_FALSE(overlap);
      CHECK(std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; }));
    }
  }
}

TEST_CASE("executor: one worker runs the tasks in order, and no worker is one") {
  Executor executor(0);
  CHECK(executor.slots() == 1);
  std::vector<std::size_t> order;
  executor.forEach(5, [&](std::size_t slot, std::size_t task) {
    CHECK(slot == 0);
    order.push_back(task);
  });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("executor: a data slice does not depend on the number of workers") {
  CHECK(Executor(1).sliceBytes() == Executor(8).sliceBytes());
}

TEST_CASE("executor: without its threads the caller does all") {
  Executor executor(4);
  std::size_t ran = 0;
  executor.forEach(5000, [&](std::size_t slot, std::size_t) { ran += slot == 0 ? 1 : 0; });
  CHECK(ran == 5000);
}

TEST_CASE("executor: tasks run forEach, three deep, from any slot") {
  for (const std::size_t workers : {1u, 2u, 4u, 8u}) {
    Team team(workers);
    std::atomic<std::size_t> ran{0};
    team.executor.forEach(13, [&](std::size_t, std::size_t) {
      team.executor.forEach(11, [&](std::size_t, std::size_t) {
        team.executor.forEach(7, [&](std::size_t, std::size_t) { ran.fetch_add(1); });
        ran.fetch_add(1);
      });
      ran.fetch_add(1);
    });
    CHECK(ran == 13 * 11 * 7 + 13 * 11 + 13);
  }
}

TEST_CASE("executor: a ring full of outer tasks only means that inner ones are not shared") {
  Team team(2);
  std::atomic<std::size_t> ran{0};
  // Each level leaves tasks in the deque: deeper than the ring is long, with ranges of many halves.
  struct Nest {
    Executor& executor;
    std::atomic<std::size_t>& ran;
    void operator()(std::size_t depth) const {
      executor.forEach(depth == 0 ? 1 : 300, [&](std::size_t, std::size_t task) {
        if (task == 0 && depth > 0) (*this)(depth - 1);
        ran.fetch_add(1);
      });
    }
  };
  Nest{team.executor, ran}(150);
  CHECK(ran == 150 * 300 + 1);
}

TEST_CASE("executor: a second executor may be entered from a task, at its slot 0") {
  Team outer(3);
  Team inner(3);
  std::atomic<std::size_t> arrived{0};
  std::atomic<std::size_t> ran{0};
  std::atomic<bool> wrong{false};
  outer.executor.forEach(3, [&](std::size_t, std::size_t) {
    arriveAndAwait(arrived, 3);
    const auto caller = std::this_thread::get_id();
    for (int round = 0; round < 50; ++round) {
      inner.executor.forEach(20, [&](std::size_t slot, std::size_t) {
        ran.fetch_add(1);
        if ((slot == 0) != (std::this_thread::get_id() == caller)) wrong = true;
      });
    }
  });
  CHECK(ran == 3000);
  CHECK_FALSE(wrong);
}

TEST_CASE("executor: a thread that entered a second one still has its slot in the first") {
  Team team(2);
  Executor alone(1);
  std::atomic<std::size_t> other{0};
  std::atomic<std::size_t> ran{0};
  team.executor.forEach(40, [&](std::size_t slot, std::size_t) {
    alone.forEach(1, [&](std::size_t, std::size_t) {
      const auto self = std::this_thread::get_id();
      team.executor.forEach(5, [&](std::size_t at, std::size_t) {
        ran.fetch_add(1);
        if ((at == slot) != (std::this_thread::get_id() == self)) other.fetch_add(1);
      });
    });
  });
  CHECK(ran == 200);
  CHECK(other == 0);
}

TEST_CASE("executor: the one exception reaches the caller, and the executor goes on") {
  for (const std::size_t workers : {1u, 2u, 4u, 8u}) {
    Team team(workers);
    for (const std::size_t bad : {0u, 1u, 500u, 999u}) {
      std::atomic<std::size_t> ran{0};
      std::string message;
      try {
        team.executor.forEach(1000, [&](std::size_t, std::size_t task) {
          if (task == bad) throw std::runtime_error("task " + std::to_string(task));
          ran.fetch_add(1);
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      CHECK(message == "task " + std::to_string(bad));
      CHECK(ran < 1000);
      ran = 0;
      team.executor.forEach(100, [&](std::size_t, std::size_t) { ran.fetch_add(1); });
      CHECK(ran == 100);
    }
  }
}

TEST_CASE("executor: of many exceptions one arrives, after all that started have ended") {
  Team team(4);
  for (int round = 0; round < 200; ++round) {
    std::atomic<int> inside{0};
    std::atomic<std::size_t> thrown{0};
    CHECK_THROWS_AS(team.executor.forEach(100,
                                          [&](std::size_t, std::size_t) {
                                            inside.fetch_add(1);
                                            thrown.fetch_add(1);
                                            std::this_thread::yield();
                                            inside.fetch_sub(1);
                                            throw std::runtime_error("all fail");
                                          }),
                    std::runtime_error);
    CHECK(inside == 0);
    CHECK(thrown
          <= team.executor
                 .slots());  // one on each slot at most: whoever starts a next task sees its own failure
  }
}

TEST_CASE("executor: the first exception wins") {
  Team team(2);
  for (int round = 0; round < 50; ++round) {
    std::atomic<std::size_t> started{0};
    std::string message;
    try {
      team.executor.forEach(2, [&](std::size_t slot, std::size_t) {
        arriveAndAwait(started, 2);
        if (slot == 0) throw std::runtime_error("first");
        while (team.executor.parked() == 0) std::this_thread::yield();  // slot 0 has failed, and waits for us
        throw std::runtime_error("second");
      });
    } catch (const std::runtime_error& error) {
      message = error.what();
    }
    REQUIRE(message == "first");
  }
}

TEST_CASE("executor: nothing starts once a failure is known") {
  Executor alone(
      4);  // the caller has all tasks, some of them in its deque, and none may start after the third
  std::size_t ran = 0;
  CHECK_THROWS_AS(alone.forEach(1000,
                                [&](std::size_t, std::size_t) {
                                  if (++ran == 3) throw std::runtime_error("third");
                                }),
                  std::runtime_error);
  CHECK(ran == 3);
  alone.forEach(10, [&](std::size_t, std::size_t) { ++ran; });
  CHECK(ran == 13);
}

TEST_CASE("executor: an inner failure that is caught does not touch the outer tasks") {
  Team team(4);
  std::atomic<std::size_t> caught{0};
  team.executor.forEach(100, [&](std::size_t, std::size_t) {
    try {
      team.executor.forEach(10, [](std::size_t, std::size_t task) {
        if (task == 7) throw std::runtime_error("inner");
      });
    } catch (const std::runtime_error&) {
      caught.fetch_add(1);
    }
  });
  CHECK(caught == 100);
}

TEST_CASE("executor: foreign threads take turns at slot 0") {
  Team team(3);
  std::vector<std::atomic<bool>> busy(3);
  std::atomic<bool> overlap{false};
  std::atomic<std::size_t> ran{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round < 300; ++round) {
        const std::size_t n = 1 + static_cast<std::size_t>(round) % 17;
        team.executor.forEach(n, [&](std::size_t slot, std::size_t) {
          if (busy[slot].exchange(true)) overlap = true;
          ran.fetch_add(1);
          spin(5000);  // long enough to meet another thread that is here without right
          busy[slot] = false;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t expected = 0;
  for (std::size_t round = 0; round < 300; ++round) expected += 4 * (1 + round % 17);
  CHECK(ran == expected);
  CHECK_FALSE(overlap);
}

TEST_CASE("executor: who waits in an inner forEach runs no task of the outer one") {
  for (const std::size_t workers : {2u, 4u, 8u}) {
    Team team(workers);
    // Not atomic on purpose: an outer task that ran on a waiting slot would find its accumulator in use.
    std::vector<int> holds(workers, -1);
    std::atomic<bool> mixed{false};
    for (int round = 0; round < 50; ++round) {
      team.executor.forEach(40, [&](std::size_t slot, std::size_t task) {
        if (holds[slot] != -1) mixed = true;
        holds[slot] = static_cast<int>(task);
        team.executor.forEach(1 + task % 9, [&](std::size_t, std::size_t) { spin(1000); });
        if (holds[slot] != static_cast<int>(task)) mixed = true;
        holds[slot] = -1;
      });
    }
    INFO(workers << " workers");
    CHECK_FALSE(mixed);
  }
}

TEST_CASE("executor: parked workers are woken each time") {
  for (const std::size_t workers : {2u, 3u}) {
    Team team(workers);
    for (int round = 0; round < 1000; ++round) {
      team.awaitAllParked();
      std::atomic<std::size_t> arrived{0};
      // Every slot must come for a task, or this never ends.
      team.executor.forEach(workers, [&](std::size_t, std::size_t) { arriveAndAwait(arrived, workers); });
    }
  }
  SUCCEED();
}

TEST_CASE("executor: workers that are about to park are not missed") {
  for (const std::size_t workers : {2u, 4u}) {
    Team team(workers);
    for (int round = 0; round < 1000; ++round) {
      std::atomic<std::size_t> arrived{0};
      team.executor.forEach(workers, [&](std::size_t, std::size_t) { arriveAndAwait(arrived, workers); });
      spin(round % 64 * 1000);  // sometimes they search still, sometimes they have parked
    }
  }
  SUCCEED();
}

TEST_CASE("executor: the outermost caller, parked or not, helps with inner tasks") {
  Team team(2);
  for (int round = 0; round < 200; ++round) {
    std::atomic<std::size_t> started{0};
    std::atomic<std::size_t> arrived{0};
    team.executor.forEach(2, [&](std::size_t slot, std::size_t) {
      arriveAndAwait(started, 2);
      if (slot == 0) return;
      if (round % 2 == 0)
        while (team.executor.parked() == 0) std::this_thread::yield();
      // Only if slot 0 comes does this end.
      team.executor.forEach(2, [&](std::size_t, std::size_t) { arriveAndAwait(arrived, 2); });
    });
  }
  SUCCEED();
}

TEST_CASE("executor: who has parked in a forEach that is no outermost one leaves a third one alone") {
  Team team(2);
  for (int round = 0; round < 200; ++round) {
    // Slot 1 waits until slot 0 has parked in the middle forEach and then opens an inner one.
    std::atomic<std::size_t> inner{0};
    team.executor.forEach(1, [&](std::size_t, std::size_t) {
      std::atomic<std::size_t> started{0};
      team.executor.forEach(2, [&](std::size_t slot, std::size_t) {
        arriveAndAwait(started, 2);
        if (slot == 0) return;
        while (team.executor.parked() == 0) std::this_thread::yield();
        team.executor.forEach(50, [&](std::size_t at, std::size_t) { inner.fetch_add(at == 1 ? 1 : 1000); });
      });
    });
    CHECK(inner == 50);
  }
}

TEST_CASE("executor: who waits steals no task of a neighbour's forEach") {
  Team team(3);
  for (int round = 0; round < 100; ++round) {
    // One outer task waits in an inner forEach, whose other task is held on a second slot; on the third an
    // outer task opens a forEach of its own. Only the waiter could take a task of that, and must park
    // instead.
    std::atomic<std::size_t> outer{0};
    std::atomic<std::size_t> inner{0};
    std::atomic<bool> over{false};
    std::atomic<bool> strayed{false};
    team.executor.forEach(2, [&](std::size_t slot, std::size_t task) {
      arriveAndAwait(outer, 2);
      if (task == 0) {
        team.executor.forEach(2, [&](std::size_t at, std::size_t) {
          arriveAndAwait(inner, 2);
          if (at != slot) over.wait(false);
        });
      } else {
        for (std::size_t now = inner; now < 2; now = inner) inner.wait(now);
        team.executor.forEach(2, [&](std::size_t at, std::size_t) {
          if (at != slot) strayed = true;
          while (team.executor.parked() == 0 && !strayed) std::this_thread::yield();
        });
        over = true;
        over.notify_all();
      }
    });
    REQUIRE_FALSE(strayed);
  }
}

TEST_CASE("executor: the ranges of forRange are those below n, once each") {
  for (const std::size_t workers : {1u, 2u, 4u}) {
    Team team(workers);
    for (const std::size_t n : {0u, 1u, 2u, 3u, 15u, 16u, 17u, 100u, 20'000u})
      for (const std::size_t grain : {0u, 1u, 2u, 7u, 64u, 100'000u}) {
        std::vector<std::atomic<int>> times(n);
        std::atomic<bool> wrong{false};
        team.executor.forRange(n, grain, [&](std::size_t slot, std::size_t begin, std::size_t end) {
          if (slot >= workers || begin >= end || end > n) {
            wrong = true;
            return;
          }
          for (; begin < end; ++begin) times[begin].fetch_add(1);
        });
        INFO(workers << " workers, " << n << " by " << grain);
        CHECK_FALSE(wrong);
        CHECK(std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; }));
      }
  }
}

TEST_CASE("executor: forRange without other threads is in order, and one call if n is small") {
  for (const std::size_t workers : {1u, 3u}) {
    Executor executor(workers);
    std::size_t next = 0;
    executor.forRange(1000, 3, [&](std::size_t slot, std::size_t begin, std::size_t end) {
      CHECK(slot == 0);
      CHECK(begin == next);
      next = end;
    });
    CHECK(next == 1000);
    std::size_t calls = 0;
    executor.forRange(10, 10, [&](std::size_t, std::size_t begin, std::size_t end) { calls += begin == 0 && end == 10 ? 1 : 100; });
    CHECK(calls == 1);
  }
}

TEST_CASE("executor: a range that runs is shared with whoever comes late, and again") {
  Team team(2);
  for (int round = 0; round < 200; ++round) {
    std::size_t calls = 0;  // of slot 0
    std::atomic<std::size_t> others{0};
    team.executor.forRange(1000, 1, [&](std::size_t slot, std::size_t begin, std::size_t end) {
      if (slot != 0) {
        others.fetch_add(end - begin);
        return;
      }
      // The first half was offered before the first range. If it has gone, half of what is left is offered before the second.
      ++calls;
      while (calls == 1 && others == 0) std::this_thread::yield();
      while (calls == 2 && others <= 500) std::this_thread::yield();
    });
    CHECK(others > 500);
    CHECK(others < 1000);
  }
}

TEST_CASE("executor: forRange inside a task, and an exception from its midst") {
  Team team(4);
  std::atomic<std::size_t> caught{0};
  std::atomic<std::size_t> ran{0};
  team.executor.forEach(50, [&](std::size_t, std::size_t task) {
    try {
      team.executor.forRange(500, 4, [&](std::size_t, std::size_t begin, std::size_t end) {
        if (task % 2 == 0 && begin <= 250 && 250 < end) throw std::runtime_error("250");
        if (task % 2 == 1) ran.fetch_add(end - begin);
      });
    } catch (const std::runtime_error&) {
      caught.fetch_add(1);
    }
  });
  CHECK(caught == 25);
  CHECK(ran == 25 * 500);
}

TEST_CASE("executor: forRange under stepped schedules loses no range and no wake-up") {
  for (std::uint64_t seed = 0; seed < stepped::schedules() / 2; ++seed) {
    const std::size_t workers = 2 + seed % 3;
    dstream::BasicExecutor<stepped::SteppedAtomics> executor(workers);
    stepped::Machine machine(seed);
    std::vector<int> times(40, 0);
    std::vector<std::function<void()>> programs;
    programs.push_back([&] {
      for (int round = 0; round < 2; ++round) {
        // Slot 0 stays in its first range until another slot has had one: its rest must be in sight.
        bool shared = false;
        executor.forRange(20, 1, [&](std::size_t slot, std::size_t begin, std::size_t end) {
          for (; begin < end; ++begin) ++times[begin];
          if (slot != 0) shared = true;
          while (!shared) machine.step();
        });
        executor.forEach(4, [&](std::size_t, std::size_t outer) {
          executor.forRange(5, 1, [&](std::size_t, std::size_t begin, std::size_t end) {
            for (; begin < end; ++begin) ++times[20 + outer * 5 + begin];
          });
        });
      }
      executor.stop();
    });
    for (std::size_t slot = 1; slot < workers; ++slot) programs.push_back([&, slot] { executor.work(slot); });
    machine.run(programs);
    INFO("seed " << seed << " of DSTREAM_SCHEDULES=" << stepped::schedules());
    REQUIRE(machine.aborted() == "");
    REQUIRE(times == std::vector<int>(40, 2));
  }
}

TEST_CASE("executor: under stepped schedules no task and no wake-up is lost") {
  for (std::uint64_t seed = 0; seed < stepped::schedules() / 2; ++seed) {
    const std::size_t workers = 2 + seed % 3;
    dstream::BasicExecutor<stepped::SteppedAtomics> executor(workers);
    stepped::Machine machine(seed);
    std::vector<int> times(8, 0);  // one thread runs at a time
    std::vector<std::function<void()>> programs;
    programs.push_back([&] {
      for (int round = 0; round < 2; ++round) {
        // Each slot must come, or this does not end.
        std::size_t arrived = 0;
        executor.forEach(workers, [&](std::size_t, std::size_t) {
          ++arrived;
          while (arrived < workers) machine.step();
        });
        // The caller, which may have parked after its first task, must come back for one of the others.
        arrived = 0;
        executor.forEach(3, [&](std::size_t, std::size_t task) {
          if (task == 0) return;
          ++arrived;
          while (arrived < 2) machine.step();
        });
        executor.forEach(4, [&](std::size_t, std::size_t outer) {
          executor.forEach(2, [&](std::size_t, std::size_t inner) { ++times[outer * 2 + inner]; });
        });
      }
      executor.stop();
    });
    for (std::size_t slot = 1; slot < workers; ++slot) programs.push_back([&, slot] { executor.work(slot); });
    machine.run(programs);
    INFO("seed " << seed << " of DSTREAM_SCHEDULES=" << stepped::schedules());
    REQUIRE(machine.aborted() == "");
    REQUIRE(times == std::vector<int>(8, 2));
  }
}

TEST_CASE("executor: forEach allocates nothing, on no thread") {
  Team team(4);
  std::vector<std::size_t> counts(4, 0);
  std::atomic<bool> allocated{false};
  std::atomic<std::size_t> ran{0};
  // From its first task on, a thread's count stays: all that it does in between is the executor's.
  const auto look = [&](std::size_t slot) {
    const std::size_t now = support::allocationCount;
    if (counts[slot] != 0 && counts[slot] != now + 1) allocated = true;
    counts[slot] = now + 1;
  };
  team.awaitAllParked();
  const std::size_t byCaller = support::allocationsOf([&] {
    for (int round = 0; round < 20; ++round) {
      team.executor.forEach(1000, [&](std::size_t slot, std::size_t) {
        look(slot);
        team.executor.forEach(10, [&](std::size_t, std::size_t) { ran.fetch_add(1); });
        look(slot);
      });
      team.awaitAllParked();
    }
  });
  CHECK(byCaller == 0);
  CHECK_FALSE(allocated);
  CHECK(ran == 200'000);
}

TEST_CASE("executor: ends while its workers search, are parked, or never started") {
  for (int round = 0; round < 300; ++round) {
    Team team(4);
    if (round % 3 == 1) team.executor.forEach(100, [](std::size_t, std::size_t) {});
    if (round % 3 == 2) team.awaitAllParked();
  }
  SUCCEED();
}
