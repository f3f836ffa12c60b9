// SPDX-License-Identifier: BSL-1.0
#include <dstream/operators/cache.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core.hpp>
#include <dstream/exec/executor.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/copy_counter.hpp"
#include "support/slicing_runner.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Numbers = std::vector<int>;

TEST_CASE("cache: the same records in the same partitions, as owners") {
  const Numbers some{1, 2, 3, 4, 5, 6, 7};
  CHECK((some | cache() | collect()) == some);
  CHECK((Numbers{} | persist() | collect()).empty());
  support::SlicingRunner runner(1, 2, 3);
  auto cached = parallelize(some, 3) | on(runner) | cache();
  CHECK((cached | collect()) == some);
  RunnerRef ref(runner);
  cached.prepare(ref);
  CHECK(cached.partitions() == 3);
  const auto words = std::vector<std::string>{"to be"} | flatMap(splitWords) | cache() | map([](std::string_view word) { return word.size(); });
  CHECK((words | collect()) == std::vector<std::size_t>{2, 2});
}

TEST_CASE("cache: a copy of each record, which moves again only where slices are joined") {
  support::Tally tally;
  const auto records = support::counters(20, tally);
  const auto moves = [&](std::size_t sliceBytes) {
    support::SlicingRunner runner(1, sliceBytes);
    RunnerRef ref(runner);
    tally = {0, 0, 20};
    auto cached = parallelize(records, 2) | cache();
    cached.prepare(ref);
    CHECK(tally.copies == 20);
    return tally.moves;
  };
  CHECK(moves(10'000) == 20);
  CHECK(moves(4 * sizeof(support::CopyCounter)) == 40);
}

TEST_CASE("cache: a stream's function runs once per record, whatever asks") {
  support::Stage stage;
  int calls = 0;
  const auto dear = stage.stream.queueStream(stage.queue) | map([&calls](int x) { return ++calls, x; }) | cache().named("dear");
  Numbers seen;
  for (int i = 0; i < 3; ++i) dear | foreachRDD([&](const auto& batch) { seen = batch.collect(); });
  stage.queue.push(Numbers{1, 2});
  stage.stream.start();
  stage.world.advance(1s);
  CHECK(calls == 2);
  CHECK(seen == Numbers{1, 2});
}

}  // namespace
