// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/atomic.hpp>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

TEST_CASE("atomic: the last of many owners, and only the last, is told so") {
  constexpr int threads = 4;
  constexpr int perThread = 2000;
  dstream::detail::AtomicCount owners;  // one
  int guarded = 0;                      // plain: the last owner must see what all others did
  dstream::detail::SpinLock lock;
  std::atomic<int> lasts{0};
  for (int i = 0; i < threads * perThread; ++i) owners.increment();
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t)
    running.emplace_back([&] {
      for (int i = 0; i < perThread; ++i) {
        lock.lock();
        ++guarded;
        lock.unlock();
        if (owners.decrement()) ++lasts;
      }
    });
  for (std::thread& thread : running) thread.join();
  CHECK(lasts == 0);
  CHECK(guarded == threads * perThread);
  CHECK(owners.decrement());
}

template <class T>
void countedByAll(T most) {
  dstream::detail::Atomic<T> total{T{}};
  dstream::detail::Atomic<T> highest{T{}};
  std::vector<std::thread> running;
  for (int t = 0; t < 4; ++t)
    running.emplace_back([&] {
      for (T number{}; number < most; number += T{1}) {
        total.fetch_add(T{1}, dstream::detail::memory_order_relaxed);
        T before = highest.load();
        while (before < number && !highest.compare_exchange_strong(before, number)) {
        }
      }
    });
  for (std::thread& thread : running) thread.join();
  CHECK(total.load() == 4 * most);
  CHECK(highest.load() == most - 1);
}

TEST_CASE("atomic: no addition and no comparison is lost among threads") {
  countedByAll<std::uint64_t>(5000);
  countedByAll<int>(5000);
  countedByAll<double>(5000);
}

TEST_CASE("atomic: what was written before a release is seen after the acquire that met it") {
  for (int round = 0; round < 200; ++round) {
    dstream::detail::Atomic<bool> ready{false};
    int plain = 0;
    std::thread writer([&] {
      plain = round + 1;
      ready.store(true, dstream::detail::memory_order_release);
    });
    while (!ready.load(dstream::detail::memory_order_acquire)) std::this_thread::yield();
    CHECK(plain == round + 1);
    writer.join();
  }
}

TEST_CASE("atomic: each operation gives what was there before") {
  using dstream::detail::Atomic;
  Atomic<int> number{5};
  CHECK(number.fetch_add(3) == 5);
  CHECK(number.fetch_sub(2) == 8);
  CHECK(number.exchange(1) == 6);
  int expected = 2;
  CHECK_FALSE(number.compare_exchange_strong(expected, 9));
  CHECK(expected == 1);
  CHECK(number.compare_exchange_strong(expected, 9));
  CHECK(number.load() == 9);
  enum class Color { Red, Green };
  Atomic<Color> color{Color::Red};
  color.store(Color::Green);
  CHECK(color.load() == Color::Green);
  Atomic<const char*> pointer;
  CHECK(pointer.load() == nullptr);
}

}  // namespace
