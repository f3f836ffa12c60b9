// SPDX-License-Identifier: BSL-1.0
#include <chrono>
#include <memory>
#include <thread>

#include <dstream/core.hpp>
#include <dstream/exec/executor.hpp>
#include <dstream/outputs/foreachRDD.hpp>
#include <dstream/windows/countByValueAndWindow.hpp>

#include "support/race.hpp"
#include "yahoo/contenders.hpp"

namespace bench {

namespace {

/// An executor and its threads.
class Workers {
 public:
  explicit Workers(std::size_t workers) : executor(workers) {
    for (std::size_t slot = 1; slot < workers; ++slot)
      threads_.emplace_back([this, slot] { executor.work(slot); });
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers() {
    executor.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  dstream::Executor executor;

 private:
  std::vector<std::thread> threads_;
};

}  // namespace

Counting dstreamCounts(const Campaigns& table, std::size_t threads) {
  using namespace dstream;
  using namespace std::chrono_literals;

  auto workers = std::make_shared<Workers>(threads);
  auto feed = std::make_shared<Feed<Event>>(workers->executor);
  auto last = std::make_shared<std::uint64_t>(0);
  feed->stream() | filter([](const Event& event) { return event.kind == Kind::View; })
      | map([](const Event& event) { return event.ad; })
      | map([&table](const Uuid& ad) { return table.of(ad); }) | countByValueAndWindow(10s, 10s)
      | map([](const auto& counted) {
          return digestOf(counted.first, static_cast<std::uint64_t>(counted.second));
        })
      | foreachRDD([last](const auto& batch) { *last = batch.sum(); });
  return [workers, feed, last](const Window& window) {
    for (const Events& events : window) feed->give(events);
    return *last;
  };
}

}  // namespace bench
