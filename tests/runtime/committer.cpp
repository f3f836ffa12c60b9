// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/committer.hpp>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/runtime/scheduler.hpp>
#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;

/// Notes what the scheduler asks of it; fails where a test says so.
struct Notes final : Committer {
  Resume open(const std::vector<NodeBase*>&, std::int64_t, Time, std::size_t) override { return {}; }
  void restore(RunnerRef) override {}
  [[nodiscard]] const Batch* planned(std::uint64_t) const override { return nullptr; }
  void plan(const Batch& batch) override { note("plan", batch); }
  void begin(const Batch& batch) override { note("begin", batch); }
  void commit(const Batch& batch, const std::string& skipped) override { note(skipped.empty() ? "commit" : "skip", batch); }
  void rollback(const Batch& batch) override { note("rollback", batch); }
  void settle(const Batch& batch) override { note("settle", batch); }
  void close() override {}
  [[nodiscard]] bool broken() const override { return isBroken; }
  [[nodiscard]] bool undecided() const override { return unknown && failures > 0; }
  [[nodiscard]] std::uint32_t repeats() const override { return 2; }
  [[nodiscard]] bool skips() const override { return gives; }
  [[nodiscard]] Nanos pause(std::uint32_t times) const override { return 1000 * times; }

  void note(const std::string& what, const Batch& batch) {
    log += what + std::to_string(batch.seq) + "." + std::to_string(batch.attempt) + " ";
    if (onNote) onNote(what);
    if (what == failing && failures > 0) {
      --failures;
      if (outage) throw Outage(what + " cannot be reached");
      throw std::runtime_error(what + " failed");
    }
  }
  std::string log;
  std::function<void(const std::string&)> onNote;
  std::string failing;
  int failures = 0;
  bool gives = false;
  bool isBroken = false;
  bool outage = false;
  bool unknown = false;  // a commit that fails leaves it open whether it was one, until the last one that fails
};

struct OneOutput final : Output {
  struct Run final : Job {
    explicit Run(std::function<void()> what) : body(std::move(what)) {}
    void prepare() override {
      if (before) before();
    }
    void run() override { body(); }
    std::function<void()> body;
    std::function<void()> before;
  };
  explicit OneOutput(std::function<void(const Batch&)> what, SinkClass sinks) : body(std::move(what)), sink(sinks) {}
  std::unique_ptr<Job> generate(const Batch& batch) override {
    auto run = std::make_unique<Run>([this, batch] { body(batch); });
    if (before) run->before = [this, batch] { before(batch); };
    return run;
  }
  std::function<void(const Batch&)> before;
  void eachShared(VisitShared) override {}
  [[nodiscard]] SinkClass sinkClass() const override { return sink; }
  std::function<void(const Batch&)> body;
  SinkClass sink;
};

struct Bench {
  Bench() : scheduler(world, graph, events, runner, FailurePolicy::Report) {
    const auto add = [this](const std::string& name, SinkClass sink) {
      graph.addOutput(std::make_unique<OneOutput>([this, name](const Batch& batch) { notes.note(name, batch); }, sink));
    };
    add("rows", SinkClass::Transactional);
    add("files", SinkClass::Staged);
    add("call", SinkClass::AtLeastOnce);
    scheduler.committing(notes);
    world.spawn(scheduler, Lane::Jobs);
  }
  ~Bench() { world.retire(scheduler); }
  std::string ran(std::uint64_t batches = 1) {
    for (std::uint64_t seq = 1; seq <= batches; ++seq) {
      BatchInfo info;
      info.batch.seq = seq;
      scheduler.submit(std::move(info));
    }
    world.advance(std::chrono::milliseconds(1));
    return notes.log;
  }
  testing::World world;
  Inline inlined;
  CancellableRunner runner{RunnerRef(inlined), 1};
  Graph graph;
  EventBus events{world};
  Scheduler scheduler;
  Notes notes;
};

TEST_CASE("committer: plan, outputs by what they promise, begin, rows, commit, settle") {
  Bench bench;
  CHECK(bench.ran(2) == "plan1.1 call1.1 files1.1 begin1.1 rows1.1 commit1.1 settle1.1 plan2.1 call2.1 files2.1 begin2.1 rows2.1 commit2.1 settle2.1 ");
  CHECK(bench.scheduler.completed() == 2);
}

TEST_CASE("committer: what fails before the commit is rolled back and comes again") {
  for (const char* failing : {"plan", "call", "files", "begin", "rows", "commit"}) {
    CAPTURE(failing);
    Bench bench;
    bench.notes.failing = failing;
    bench.notes.failures = 2;
    const std::string log = bench.ran();
    CHECK(log.find("rollback1.1 ") != std::string::npos);
    CHECK(log.find("rollback1.2 ") != std::string::npos);
    CHECK(log.ends_with("plan1.3 call1.3 files1.3 begin1.3 rows1.3 commit1.3 settle1.3 "));
    CHECK(bench.scheduler.error() == nullptr);
  }
}

TEST_CASE("committer: what fails for good ends the work, or is given up, and a broken one ends it at once") {
  Bench ends;
  ends.notes.failing = "call";
  ends.notes.failures = 100;
  CHECK(ends.ran(2).ends_with("plan1.3 call1.3 files1.3 rollback1.3 "));
  CHECK(ends.scheduler.halted());
  CHECK(ends.scheduler.error() != nullptr);

  Bench gives;
  gives.notes.failing = "call";
  gives.notes.failures = 3;
  gives.notes.gives = true;
  CHECK(gives.ran(2).find("rollback1.3 begin1.3 skip1.3 settle1.3 plan2.1 call2.1") != std::string::npos);
  CHECK(gives.scheduler.error() == nullptr);

  Bench broken;
  broken.notes.failing = "commit";
  broken.notes.failures = 1;
  broken.notes.isBroken = true;
  CHECK(broken.ran(2).ends_with("commit1.1 rollback1.1 "));
  CHECK(broken.scheduler.halted());
}

TEST_CASE("committer: an outage never counts as failed too often") {
  for (const char* failing : {"begin", "rows", "commit"}) {
    CAPTURE(failing);
    Bench bench;
    bench.notes.failing = failing;
    bench.notes.outage = true;
    bench.notes.failures = 20;
    CHECK(bench.ran(2).find("rollback1.20 plan1.21 call1.21 files1.21 begin1.21 rows1.21 commit1.21 settle1.21 plan2.1 ") != std::string::npos);
    CHECK(bench.scheduler.error() == nullptr);
  }
}

TEST_CASE("committer: while nobody knows whether a batch is committed it is asked again, and nothing else happens") {
  Bench bench;
  bench.notes.failing = "commit";
  bench.notes.outage = bench.notes.unknown = true;
  SECTION("it was not: the last answer says so") {
    bench.notes.failures = 4;
    CHECK(bench.ran(2).find("rows1.1 commit1.1 commit1.1 commit1.1 commit1.1 rollback1.1 plan1.2 call1.2 files1.2 begin1.2 rows1.2 commit1.2 settle1.2 plan2.1 ") != std::string::npos);
    CHECK(bench.scheduler.completed() == 2);
  }
  SECTION("a stop does not wait for it") {
    bench.notes.failures = 1'000'000;
    CHECK(bench.ran(2).find("rows1.1 commit1.1 commit1.1 ") != std::string::npos);
    CHECK(bench.notes.log.find("rollback") == std::string::npos);
    CHECK(bench.scheduler.halt().size() == 2);
    const std::string before = bench.notes.log;
    bench.world.advance(std::chrono::milliseconds(1));
    CHECK(bench.notes.log == before);
  }
}

TEST_CASE("committer: a batch that is given up is as much in doubt, or out of reach, as any") {
  Bench bench;
  bench.notes.gives = true;
  bench.notes.failing = "call";
  bench.notes.failures = 1'000;
  bench.notes.unknown = true;
  int refusals = 5;
  SECTION("begin out of reach") {
    bench.notes.onNote = [&](const std::string& what) {
      if (what == "begin" && refusals-- > 0) throw Outage("away");
    };
    const std::string log = bench.ran(1);
    CHECK(log.ends_with("skip1.8 settle1.8 "));
  }
  SECTION("in doubt") {
    bench.notes.onNote = [&](const std::string& what) {
      if (what == "skip" && refusals-- > 0) throw Outage("away");
    };
    const std::string log = bench.ran(1);
    CHECK(log.ends_with("begin1.3 skip1.3 skip1.3 skip1.3 skip1.3 skip1.3 skip1.3 settle1.3 "));
  }
  CHECK(bench.scheduler.error() == nullptr);
}

TEST_CASE("committer: what an output can do before the transaction is done before it, and its failure is the batch's") {
  Bench bench;
  static_cast<OneOutput&>(*bench.graph.outputs()[0]).before = [&](const Batch& batch) { bench.notes.note("ready", batch); };
  bench.notes.failing = "ready";
  bench.notes.failures = 1;
  CHECK(bench.ran() == "plan1.1 call1.1 files1.1 ready1.1 rollback1.1 plan1.2 call1.2 files1.2 ready1.2 begin1.2 rows1.2 commit1.2 settle1.2 ");
}

TEST_CASE("committer: what must follow a commit is tried until it succeeds, before the next batch") {
  Bench bench;
  bench.notes.failing = "settle";
  bench.notes.failures = 5;
  const std::string log = bench.ran(2);
  CHECK(log.find("commit1.1 settle1.1 settle1.1 settle1.1 settle1.1 settle1.1 settle1.1 plan2.1") != std::string::npos);
  CHECK(bench.scheduler.completed() == 2);
}

}  // namespace
