// SPDX-License-Identifier: BSL-1.0
#include <dstream/core/on.hpp>

#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/core/functions.hpp>
#include <dstream/operators/count.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/shuffle/reduceByKey.hpp>

#include "support/catch.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;

TEST_CASE("on: what follows runs on the runner, wide operators and actions too") {
  const std::vector<int> records{1, 2, 3, 4};
  support::SlicingRunner runner(1, sizeof(int));
  CHECK((parallelize(records, 2) | on(runner) | sum()) == 10);
  CHECK(runner.started == 4);
  CHECK((parallelize(records, 2) | map([](int x) { return x; }) | on(runner) | sum()) == 10);
  CHECK(runner.started == 8);
  CHECK((parallelize(records, 2) | on(runner) | map([](int x) { return std::pair{x % 2, x}; })
         | reduceByKey(plus) | map([](const auto& pair) { return pair.second; }) | sum())
        == 10);
  CHECK(runner.started > 8 + 4);
}

TEST_CASE("on: a reference to a runner, and what has one") {
  support::SlicingRunner runner(1, sizeof(int));
  struct Holder {
    RunnerRef runner() const { return runs; }
    RunnerRef runs;
  };
  const std::vector<int> records{1, 2, 3, 4};
  RunnerRef named = runner;
  const Holder holder{named};
  CHECK((records | on(named) | sum()) == 10);
  CHECK(runner.started == 4);
  CHECK((records | on(RunnerRef(runner)) | sum()) == 10);
  CHECK(runner.started == 8);
  CHECK((records | on(holder) | sum()) == 10);
  CHECK(runner.started == 12);
}

TEST_CASE("on: in a pipeline without a source") {
  support::SlicingRunner runner(2, sizeof(int));
  const auto pipeline = on(runner) | map([](int x) { return 2 * x; }) | collect();
  CHECK((std::vector{1, 2, 3} | pipeline) == std::vector{2, 4, 6});
  CHECK(runner.started == 3);
}

}  // namespace
