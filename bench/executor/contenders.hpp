// SPDX-License-Identifier: BSL-1.0
#pragma once
// What an executor is asked: a million empty tasks, two short ones after a pause, a loop over
// elements, tasks of very unequal sizes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/random.hpp"

namespace bench {

/// Leaves its number where it is looked for.
struct EmptyTask {
  std::uint32_t* marks;
  std::uint32_t mark;
  void operator()(std::size_t task) const { marks[task] = mark; }
};

/// Work that no compiler shortens, some 3 ns for each number between the two.
[[gnu::noinline]] std::uint64_t elements(std::uint64_t from, std::uint64_t to);

/// One task per size: so many elements.
using Sizes = std::vector<std::uint32_t>;

/// Sizes by rank, exponent 1.1, in an order that the seed decides.
Sizes zipf(std::size_t tasks, double meanElements, std::uint64_t seed);

/// A pool of threads; the caller is one of them.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  virtual ~Crew() = default;

  /// Calls the task with each number below n, each call a task of its own.
  virtual void tasks(std::size_t n, EmptyTask task) = 0;
  /// Two tasks of that many elements.
  virtual std::uint64_t fork(std::uint64_t elementsEach) = 0;
  /// numbers[i] = i + mark, for each of them.
  virtual void loop(std::vector<std::uint32_t>& numbers, std::uint32_t mark) = 0;
  /// A task per size; the sum of all elements.
  virtual std::uint64_t irregular(const Sizes& sizes) = 0;
};

std::unique_ptr<Crew> dstreamCrew(std::size_t threads);
std::unique_ptr<Crew> mutexQueue(std::size_t threads);
/// As a tree of tasks, each giving half of its range away; null where there is no oneTBB.
std::unique_ptr<Crew> oneTbbTree(std::size_t threads);
/// By parallel_for and its auto_partitioner, nested where a task has many elements.
std::unique_ptr<Crew> oneTbbFor(std::size_t threads);

/// All on the calling thread.
std::uint64_t handIrregular(const Sizes& sizes);

/// Where partial sums meet, a cache line for each thread.
struct alignas(64) Part {
  std::uint64_t sum = 0;
};

}  // namespace bench
