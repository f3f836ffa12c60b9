// SPDX-License-Identifier: BSL-1.0
#include <dstream/exec/mutex.hpp>

#include <time.h>

#include <cstdint>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

using dstream::detail::Condition;
using dstream::detail::Lock;
using dstream::detail::Mutex;

std::int64_t steadyNow() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

TEST_CASE("mutex: one thread at a time") {
  Mutex mutex;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) {
        const Lock lock(mutex);
        ++count;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(count == 4000);
}

TEST_CASE("mutex: a lock may be given back early, and taken again") {
  Mutex mutex;
  {
    Lock lock(mutex);
    lock.unlock();
    { const Lock other(mutex); }
    lock.lock();
    lock.unlock();
  }
  const Lock again(mutex);
}

TEST_CASE("mutex: a condition wakes one, or all") {
  Mutex mutex;
  Condition changed;
  int tickets = 0;
  bool open = false;
  int left = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      Lock lock(mutex);
      changed.wait(lock, [&] { return tickets > 0 || open; });
      if (tickets > 0) --tickets;
      ++left;
      changed.wakeAll();
    });
  {
    Lock lock(mutex);
    tickets = 1;
    changed.wakeOne();
    changed.wait(lock, [&] { return left == 1; });
    CHECK(tickets == 0);
    open = true;
    changed.wakeAll();
    changed.wait(lock, [&] { return left == 3; });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("mutex: a condition waits until the deadline at most") {
  Mutex mutex;
  Condition changed;
  Lock lock(mutex);
  const std::int64_t deadline = steadyNow() + 5'000'000;
  CHECK_FALSE(changed.waitUntil(lock, deadline, [] { return false; }));
  CHECK(steadyNow() >= deadline);
  CHECK(changed.waitUntil(lock, deadline, [] { return true; }));
  CHECK_FALSE(changed.waitUntil(lock, 0, [] { return false; }));
  int asked = 0;
  CHECK(changed.waitUntil(lock, steadyNow() + 1'000'000, [&] { return ++asked > 1; }));  // asked once more when it is over
}

}  // namespace
