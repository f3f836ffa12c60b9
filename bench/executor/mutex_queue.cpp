// SPDX-License-Identifier: BSL-1.0
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "executor/contenders.hpp"

namespace bench {

namespace {

/// What is written in five minutes: one queue, one lock; who waits for the end takes tasks too.
class MutexQueue final : public Crew {
 public:
  explicit MutexQueue(std::size_t threads) {
    for (std::size_t i = 1; i < threads; ++i)
      threads_.emplace_back([this] { work([this] { return over_; }); });
  }
  ~MutexQueue() override {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void tasks(std::size_t n, EmptyTask task) override {
    for (std::size_t i = 0; i < n; ++i) push([task, i] { task(i); });
    await();
  }
  std::uint64_t fork(std::uint64_t elementsEach) override {
    Part parts[2];
    for (Part& part : parts) push([&part, elementsEach] { part.sum = elements(0, elementsEach); });
    await();
    return parts[0].sum + parts[1].sum;
  }
  void loop(std::vector<std::uint32_t>& numbers, std::uint32_t mark) override {
    const std::size_t chunks = 16;
    for (std::size_t chunk = 0; chunk < chunks; ++chunk)
      push([&numbers, mark, chunk] {
        const std::size_t to = numbers.size() * (chunk + 1) / chunks;
        for (std::size_t i = numbers.size() * chunk / chunks; i < to; ++i)
          numbers[i] = static_cast<std::uint32_t>(i) + mark;
      });
    await();
  }
  std::uint64_t irregular(const Sizes& sizes) override {
    std::vector<std::uint64_t> sums(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i)
      push([&, i] { sums[i] = elements(0, sizes[i]); });
    await();
    std::uint64_t all = 0;
    for (const std::uint64_t sum : sums) all += sum;
    return all;
  }

 private:
  void push(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back(std::move(task));
      ++open_;
    }
    changed_.notify_one();
  }
  void await() {
    work([this] { return open_ == 0; });
  }
  template <class Ended>
  void work(Ended ended) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return ended() || !queue_.empty(); });
      if (queue_.empty()) return;
      const std::function<void()> task = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      task();
      lock.lock();
      if (--open_ == 0) changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::size_t open_ = 0;
  bool over_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Crew> mutexQueue(std::size_t threads) {
  return std::make_unique<MutexQueue>(threads);
}

}  // namespace bench
