// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/runner.hpp>

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

static_assert(Runner<Inline> && Runner<RunnerRef> && Runner<support::SlicingRunner>);
static_assert(Runner<support::InterleavingRunner> && !Runner<int>);
static_assert(Inline::slots() == 1);

template <class R>
void runsEachTaskOnce(R&& runner) {
  for (const std::size_t n : {0U, 1U, 5U, 100U}) {
    std::vector<int> runs(n, 0);
    runner.forEach(n, [&](std::size_t slot, std::size_t task) {
      CHECK(slot < runner.slots());
      ++runs.at(task);
    });
    CHECK(runs == std::vector<int>(n, 1));
  }
}

TEST_CASE("Runner: each task once, on a slot there is") {
  runsEachTaskOnce(Inline{});
  runsEachTaskOnce(RunnerRef{});
  support::SlicingRunner slicing(1);
  runsEachTaskOnce(slicing);
  runsEachTaskOnce(RunnerRef{slicing});
  support::InterleavingRunner interleaving(1);
  runsEachTaskOnce(interleaving);
  runsEachTaskOnce(RunnerRef{interleaving});
}

TEST_CASE("Inline: in order, up to the first that throws") {
  std::vector<std::size_t> order;
  CHECK_THROWS_AS(Inline::forEach(5,
                                  [&](std::size_t, std::size_t task) {
                                    order.push_back(task);
                                    if (task == 2) throw std::runtime_error("two");
                                  }),
                  std::runtime_error);
  CHECK(order == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("RunnerRef: tells what the runner told, and copies") {
  support::SlicingRunner slicing(1, 77, 5);
  const RunnerRef ref = slicing;
  const RunnerRef copy = ref;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(copy.slots() == 5);
  CHECK(copy.sliceBytes() == 77);
  copy.forEach(3, [](std::size_t, std::size_t) {});
  CHECK(slicing.started == 3);
  CHECK(RunnerRef{}.slots() == 1);
}

TEST_CASE("RunnerRef: an ordered runner's results have a fixed number of partitions") {
  struct Ordered : Inline {
    static bool ordered() { return true; }
  } runner;
  CHECK(RunnerRef(runner).ordered());
  CHECK(RunnerRef(runner).partitions() == 8);
  support::SlicingRunner slicing(1, 77, 5);
  CHECK(!RunnerRef(slicing).ordered());
  CHECK(RunnerRef(slicing).partitions() == 5);
}

TEST_CASE("InterleavingRunner: tasks do overlap, and the first error is thrown") {
  support::InterleavingRunner runner(1);
  int running = 0;
  int most = 0;
  runner.forEach(9, [&](std::size_t, std::size_t) {
    most = std::max(most, ++running);
    runner.yield();
    --running;
  });
  CHECK(most > 1);
  CHECK(running == 0);
  CHECK_THROWS_WITH(runner.forEach(9,
                                   [&](std::size_t, std::size_t task) {
                                     runner.yield();
                                     if (task == 1) throw std::runtime_error("one");
                                   }),
                    "one");
}

}  // namespace
