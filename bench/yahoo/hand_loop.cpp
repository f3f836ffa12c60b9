// SPDX-License-Identifier: BSL-1.0
#include <cstring>
#include <thread>

#include "yahoo/contenders.hpp"

namespace bench {

namespace {

/// Each thread has its share of each batch; the calling thread is one of them.
template <class Share>
void onThreads(std::size_t threads, Share share) {
  std::vector<std::thread> others;
  for (std::size_t thread = 1; thread < threads; ++thread)
    others.emplace_back([=] { share(thread); });
  share(0);
  for (std::thread& other : others) other.join();
}

struct alignas(64) Counts {
  std::array<std::uint64_t, campaigns> of{};
};

}  // namespace

Window makeWindow(const Campaigns& table, std::size_t eventsPerBatch) {
  Random random(9);
  Window window(10, Events(eventsPerBatch));
  std::int64_t time = 0;
  for (Events& events : window)
    for (Event& event : events)
      event = {{random(), random()},
               {random(), random()},
               table.id(random() % ads),
               static_cast<Kind>(random() % 3),
               0,
               ++time,
               random(),
               random()};
  return window;
}

/// The loop over each thread's share of the window, counts in an array, added up at its end.
Counting handCounts(const Campaigns& table, std::size_t threads) {
  return [&table, threads](const Window& window) {
    std::vector<Counts> counts(threads);
    onThreads(threads, [&, threads](std::size_t thread) {
      Counts own;
      for (const Events& events : window) {
        const std::size_t to = events.size() * (thread + 1) / threads;
        for (std::size_t i = events.size() * thread / threads; i < to; ++i)
          if (events[i].kind == Kind::View) ++own.of[table.of(events[i].ad)];
      }
      counts[thread] = own;
    });
    std::uint64_t digest = 0;
    for (const Counts& own : counts)
      for (std::size_t campaign = 0; campaign < campaigns; ++campaign)
        digest += digestOf(campaign, own.of[campaign]);
    return digest;
  };
}

Counting readAlone(std::size_t threads) {
  return [threads](const Window& window) {
    std::vector<Counts> sums(threads);
    onThreads(threads, [&, threads](std::size_t thread) {
      std::uint64_t sum = 0;
      for (const Events& events : window) {
        const std::size_t from = events.size() * thread / threads;
        const char* at = reinterpret_cast<const char*>(events.data() + from);
        const char* const end =
            reinterpret_cast<const char*>(events.data() + events.size() * (thread + 1) / threads);
        for (; end - at >= 64; at += 64) {
          std::uint64_t word = 0;
          std::memcpy(&word, at, sizeof word);
          sum += word;
        }
      }
      sums[thread].of[0] = sum;
    });
    std::uint64_t all = 0;
    for (const Counts& sum : sums) all += sum.of[0];
    return all;
  };
}

}  // namespace bench
