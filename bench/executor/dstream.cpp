// SPDX-License-Identifier: BSL-1.0
#include <thread>

#include <dstream/exec/executor.hpp>

#include "executor/contenders.hpp"

namespace bench {

namespace {

class Dstream final : public Crew {
 public:
  explicit Dstream(std::size_t threads)
      : executor_(threads > 1 ? threads : 2), parts_(executor_.slots()) {
    // With one thread nobody comes for the second slot's share, but all tasks are prepared for it.
    for (std::size_t slot = 1; slot < threads; ++slot)
      threads_.emplace_back([this, slot] { executor_.work(slot); });
  }
  ~Dstream() override {
    executor_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  void tasks(std::size_t n, EmptyTask task) override {
    executor_.forEach(n, [&](std::size_t, std::size_t number) { task(number); });
  }
  std::uint64_t fork(std::uint64_t elementsEach) override {
    Part parts[2];
    executor_.forEach(
        2, [&](std::size_t, std::size_t task) { parts[task].sum = elements(0, elementsEach); });
    return parts[0].sum + parts[1].sum;
  }
  void loop(std::vector<std::uint32_t>& numbers, std::uint32_t mark) override {
    executor_.forRange(numbers.size(), 1024, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) numbers[i] = static_cast<std::uint32_t>(i) + mark;
    });
  }
  std::uint64_t irregular(const Sizes& sizes) override {
    for (Part& part : parts_) part.sum = 0;
    executor_.forEach(sizes.size(), [&](std::size_t, std::size_t task) {
      executor_.forRange(sizes[task], 1024,
                         [&](std::size_t slot, std::size_t begin, std::size_t end) {
                           parts_[slot].sum += elements(begin, end);
                         });
    });
    std::uint64_t sum = 0;
    for (const Part& part : parts_) sum += part.sum;
    return sum;
  }

 private:
  dstream::Executor executor_;
  std::vector<Part> parts_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Crew> dstreamCrew(std::size_t threads) {
  return std::make_unique<Dstream>(threads);
}

}  // namespace bench
