// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/streaming_run.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using dstream::detail::StreamingRun;
using support::messageOf;

// An output that counts its batches.
class Counting final : public Output {
 public:
  explicit Counting(int& batches) : batches_(batches) {}
  std::unique_ptr<Job> generate(const Batch&) override {
    ++batches_;
    return nullptr;
  }
  void eachShared(VisitShared) override {}

 private:
  int& batches_;
};

struct Parts {
  testing::World world;
  Configuration configuration = support::quiet();
  EventBus events{world};
  Graph graph;
  StreamingRun run{world, configuration, events, graph, 1'000'000'000};
  int batches = 0;
};

TEST_CASE("streaming run: without an output there is nothing to prepare, and nothing to halt") {
  Parts parts;
  CHECK(support::contains(messageOf<std::invalid_argument>([&] { parts.run.prepare({}, {}, 0); }), "No output operations registered"));
  const StopReport report = parts.run.halt();
  CHECK(report.droppedBatches == 0);
  CHECK(parts.world.actors() == 0);
}

TEST_CASE("streaming run: prepared, begun, drained, halted") {
  Parts parts;
  parts.graph.addOutput(std::make_unique<Counting>(parts.batches));
  parts.run.prepare({}, {}, 0);
  CHECK_FALSE(parts.run.done());
  parts.run.begin();
  parts.world.advance(std::chrono::seconds(3));
  CHECK(parts.batches == 3);
  CHECK(parts.run.drain(parts.world.now(Clock::Steady) + 5'000'000'000));
  CHECK(parts.run.done());
  CHECK(parts.batches == 4);
  const StopReport report = parts.run.halt();
  CHECK(report.droppedBatches == 0);
  parts.world.retire(parts.events);
  CHECK(parts.world.actors() == 0);
}

TEST_CASE("streaming run: two outputs of one name are refused") {
  Parts parts;
  for (int i = 0; i < 2; ++i) {
    auto output = std::make_unique<Counting>(parts.batches);
    output->name = "twice";
    parts.graph.addOutput(std::move(output));
  }
  CHECK(support::contains(messageOf<std::invalid_argument>([&] { parts.run.prepare({}, {}, 0); }), "two outputs are named \"twice\""));
}

}  // namespace
