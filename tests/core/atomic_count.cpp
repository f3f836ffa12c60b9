// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/atomic_count.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.hpp"

namespace {

TEST_CASE("atomic_count: the last of many owners, and only the last, is told so") {
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

}  // namespace
