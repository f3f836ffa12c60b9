// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/attempt.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

/// What was called, in order; the call of that name throws.
struct Calls {
  void operator()(const std::string& name) {
    text += name + " ";
    if (name == throws) throw std::runtime_error(name + " threw");
    if (name == stops) throw detail::BatchCancelled();
  }
  std::string text;
  std::string throws;
  std::string stops;
};

struct Noted final : Output {
  Noted(Calls& noted, std::string given, SinkClass sinks) : calls(noted), sort(sinks) { name = std::move(given); }
  struct Run final : Job {
    explicit Run(Noted& noted) : output(noted) {}
    void prepare() override { output.calls("prepare-" + output.name); }
    void run() override { output.calls("run-" + output.name); }
    Noted& output;
  };
  std::unique_ptr<Job> generate(const Batch&) override {
    calls("generate-" + name);
    return std::make_unique<Run>(*this);
  }
  [[nodiscard]] SinkClass sinkClass() const override { return sort; }
  void eachShared(VisitShared) override {}
  Calls& calls;
  SinkClass sort;
};

struct NotedNode final : NodeBase {
  explicit NotedNode(Calls& noted, std::string suffix = {}) : calls(noted), which(std::move(suffix)) {}
  void advance(const Batch&) override { calls("advance" + which); }
  void finish(const Batch&) override { calls("finish"); }
  void forget(const Batch&) override {}
  Calls& calls;
  std::string which;
};

struct NotedCommitter final : Committer {
  explicit NotedCommitter(Calls& noted) : calls(noted) {}
  Resume open(const std::vector<NodeBase*>&, std::int64_t, Time, std::size_t) override { return {}; }
  void restore(RunnerRef) override {}
  [[nodiscard]] const Batch* planned(std::uint64_t) const override { return nullptr; }
  void plan(const Batch&) override { calls("plan"); }
  void begin(const Batch&) override { calls("begin"); }
  void commit(const Batch&, const std::string&) override { calls("commit"); }
  void rollback(const Batch&) override { calls("rollback"); }
  void settle(const Batch&) override { calls("settle"); }
  void close() override {}
  [[nodiscard]] bool broken() const override { return false; }
  [[nodiscard]] std::uint32_t repeats() const override { return 0; }
  [[nodiscard]] bool skips() const override { return false; }
  [[nodiscard]] Nanos pause(std::uint32_t) const override { return 0; }
  Calls& calls;
};

/// Three outputs, one of each class, the transactional one first.
struct Bench {
  Bench() {
    graph.addOutput(std::make_unique<Noted>(calls, "transaction", SinkClass::Transactional));
    graph.addOutput(std::make_unique<Noted>(calls, "stage", SinkClass::Staged));
    graph.addOutput(std::make_unique<Noted>(calls, "repeat", SinkClass::AtLeastOnce));
  }
  bool run(bool commits) { return attempt.run(info, {&node}, commits ? &committer : nullptr); }

  testing::World world;
  EventBus events{world};
  Graph graph;
  CancellableRunner runner{RunnerRef{}, 1};
  Calls calls;
  NotedNode node{calls};
  NotedCommitter committer{calls};
  detail::OutputTimes<OnUse> times;
  std::vector<std::string> errors;
  BatchInfo info;
  detail::BasicAttempt<OnUse> attempt{world, graph, events, runner, times, [this](std::exception_ptr error) { errors.push_back(detail::whatOf(error)); }};
};

const std::string generated = "advance generate-transaction generate-stage generate-repeat ";

TEST_CASE("attempt: under a committer the transaction begins once all else is durable") {
  Bench bench;
  CHECK(bench.run(true));
  CHECK(bench.calls.text == generated
                               + "plan run-repeat run-stage finish prepare-transaction prepare-stage prepare-repeat begin run-transaction ");
  CHECK(bench.info.failedOutputs == 0);
  CHECK(bench.errors.empty());
  CHECK(!bench.attempt.runsHere());
}

TEST_CASE("attempt: without one nothing is prepared") {
  Bench bench;
  CHECK(bench.run(false));
  CHECK(bench.calls.text == generated + "run-repeat run-stage run-transaction finish ");
}

TEST_CASE("attempt: what fails is told and counted, and nothing begins behind it") {
  const struct {
    std::string throws;
    std::string calls;
  } cases[] = {
      {"advance", "advance "},
      {"generate-stage", "advance generate-transaction generate-stage "},
      {"plan", generated + "plan "},
      {"run-repeat", generated + "plan run-repeat run-stage "},
      {"finish", generated + "plan run-repeat run-stage finish "},
      {"prepare-stage", generated + "plan run-repeat run-stage finish prepare-transaction prepare-stage "},
      {"begin", generated + "plan run-repeat run-stage finish prepare-transaction prepare-stage prepare-repeat begin "},
      {"run-transaction", generated + "plan run-repeat run-stage finish prepare-transaction prepare-stage prepare-repeat begin run-transaction "}};
  for (const auto& [throws, calls] : cases) {
    INFO(throws);
    Bench bench;
    bench.calls.throws = throws;
    CHECK(bench.run(true));
    CHECK(bench.calls.text == calls);
    CHECK(bench.info.failedOutputs == 1);
    CHECK(bench.errors == std::vector<std::string>{throws + " threw"});
  }
}

TEST_CASE("attempt: a node that cannot take the batch keeps it from no other; the first error counts") {
  for (const bool commits : {true, false}) {
    Bench bench;
    NotedNode second{bench.calls, "-second"};
    NotedNode third{bench.calls, "-third"};
    bench.calls.throws = "advance-second";
    CHECK(bench.attempt.run(bench.info, {&bench.node, &second, &third}, commits ? &bench.committer : nullptr));
    CHECK(bench.calls.text == "advance advance-second advance-third ");
    CHECK(bench.info.failedOutputs == 1);
    CHECK(bench.errors == std::vector<std::string>{"advance-second threw"});
  }
  Bench bench;
  NotedNode second{bench.calls};
  bench.calls.throws = "advance";
  CHECK(bench.attempt.run(bench.info, {&bench.node, &second}, nullptr));
  CHECK(bench.calls.text == "advance advance ");
  CHECK(bench.errors.size() == 1);
  CHECK(bench.info.failedOutputs == 1);
}

TEST_CASE("attempt: no node takes a batch behind a stop") {
  Bench bench;
  NotedNode second{bench.calls, "-second"};
  bench.calls.stops = "advance";
  CHECK(!bench.attempt.run(bench.info, {&bench.node, &second}, nullptr));
  CHECK(bench.calls.text == "advance ");
  CHECK(bench.errors.empty());
}

TEST_CASE("attempt: a stop cuts it short, and is no failure") {
  for (const bool commits : {true, false})
    for (const std::string stops : {"run-repeat", "run-stage", "finish", "prepare-repeat", "run-transaction"}) {
      if (!commits && stops == "prepare-repeat") continue;
      INFO(stops);
      Bench bench;
      bench.calls.stops = stops;
      CHECK(!bench.run(commits));
      CHECK(bench.info.failedOutputs == 0);
      CHECK(bench.errors.empty());
    }
}

}  // namespace
