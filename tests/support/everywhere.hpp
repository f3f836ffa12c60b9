// SPDX-License-Identifier: BSL-1.0
#pragma once
// everywhere: the result of a pipeline on one thread, in 1, 2 and 7 partitions, in small slices in any order, and on a crew of threads.

#include <algorithm>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/exec/executor.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace support {

/// An Executor with its threads, which cuts finely.
class Crew {
 public:
  explicit Crew(std::size_t workers, std::size_t sliceBytes = 64, bool inOrder = false)
      : executor_(workers), sliceBytes_(sliceBytes), ordered_(inOrder) {
    for (std::size_t slot = 1; slot < workers; ++slot) threads_.emplace_back([this, slot] { executor_.work(slot); });
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    executor_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

  [[nodiscard]] std::size_t slots() const { return executor_.slots(); }
  [[nodiscard]] std::size_t sliceBytes() const { return sliceBytes_; }
  [[nodiscard]] bool ordered() const { return ordered_; }
  void forEach(std::size_t n, dstream::Executor::Body body) { executor_.forEach(n, body); }

 private:
  dstream::Executor executor_;
  std::size_t sliceBytes_;
  bool ordered_;
  std::vector<std::thread> threads_;
};

struct AsTheyAre {
  template <class Records>
  Records operator()(Records records) const {
    return records;
  }
};
struct Sorted {
  template <class Records>
  Records operator()(Records records) const {
    std::sort(records.begin(), records.end());
    return records;
  }
};

/// `records | pipeline | collect()`, brought into a comparable order by `finish`, is `expected`.
template <class Records, class Pipeline, class Expected, class Finish = Sorted>
void everywhere(const Records& records, const Pipeline& pipeline, const Expected& expected, Finish finish = {}) {
  using namespace dstream;
  CHECK(finish(records | pipeline | collect()) == expected);
  const auto on = [&](RunnerRef runner, std::size_t partitions) {
    CHECK(finish(parallelize(records, partitions) | dstream::on(runner) | pipeline | collect()) == expected);
  };
  Crew crew(3);
  for (const std::size_t partitions : {1U, 2U, 7U}) {
    CAPTURE(partitions);
    on(RunnerRef{}, partitions);
    on(crew, partitions);
    SlicingRunner slicing(partitions, 40);
    on(slicing, partitions);
  }
}

template <class Records, class Pipeline, class Expected>
void everywhereInOrder(const Records& records, const Pipeline& pipeline, const Expected& expected) {
  everywhere(records, pipeline, expected, AsTheyAre{});
}

}  // namespace support
