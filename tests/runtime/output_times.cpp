// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/output_times.hpp>

#include <memory>
#include <utility>

#include "support/catch.hpp"

namespace {

using namespace dstream;

struct Silent final : Output {
    std::unique_ptr<Job> generate(const Batch&) override { return nullptr; }
    void eachShared(VisitShared) override {}
};

TEST_CASE("output times: runs, failures and durations by name; outputs that never ran too, once another did") {
    Graph graph;
    for (const char* const name : {"first", "second", "third"}) {
        auto output = std::make_unique<Silent>();
        output->name = name;
        graph.addOutput(std::move(output));
    }
    detail::OutputTimes<OnUse> times;
    Metrics none;
    times.measure(graph, none);
    CHECK(none.outputs.empty());

    times.note(1, 30, false);
    times.note(1, 10, true);
    times.note(0, 5, false);
    Metrics metrics;
    times.measure(graph, metrics);
    REQUIRE(metrics.outputs.size() == 3);
    CHECK(metrics.outputs[0].name == "first");
    CHECK(metrics.outputs[0].runs == 1);
    CHECK(metrics.outputs[0].total == 5);
    CHECK(metrics.outputs[1].name == "second");
    CHECK(metrics.outputs[1].runs == 2);
    CHECK(metrics.outputs[1].failures == 1);
    CHECK(metrics.outputs[1].total == 40);
    CHECK(metrics.outputs[1].last == 10);
    CHECK(metrics.outputs[2].name == "third");
    CHECK(metrics.outputs[2].runs == 0);
}

}  // namespace
