// SPDX-License-Identifier: BSL-1.0
#include <dstream/stream/graph.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;

struct Plain final : NodeBase {
    explicit Plain(std::vector<NodeBase*> above = {}) : parents(std::move(above)) {}
    void eachParent(VisitShared visit) override {
        for (NodeBase* parent : parents) visit(*parent, nullptr);
    }
    void forget(const Batch&) override {}
    std::vector<NodeBase*> parents;
};

struct PlainOutput final : Output {
    explicit PlainOutput(std::vector<NodeBase*> above) : nodes(std::move(above)) {}
    std::unique_ptr<Job> generate(const Batch&) override { return nullptr; }
    void eachShared(VisitShared visit) override {
        for (NodeBase* node : nodes) visit(*node, nullptr);
    }
    std::vector<NodeBase*> nodes;
};

struct ShownOutput final : Output, StagedOutput {
    explicit ShownOutput(std::string place) : at(std::move(place)) {}
    std::unique_ptr<Job> generate(const Batch&) override { return nullptr; }
    void eachShared(VisitShared) override {}
    StagedOutput* staged() override { return this; }
    [[nodiscard]] std::string target() const override { return at; }
    void beginJob(const std::string&) override {}
    void publish(const Batch&) override {}
    void abort(const Batch&) override {}
    void verify(const Batch&) override {}
    void recover(const Batch&) override {}
    std::string at;
};

std::unique_ptr<Output> over(std::vector<NodeBase*> nodes) { return std::make_unique<PlainOutput>(std::move(nodes)); }

TEST_CASE("graph: reachable names each shared node once, parents first") {
    Plain source, unused, other;
    Plain left({&source}), right({&source});
    Plain joined({&left, &right, &other});
    Graph graph;
    CHECK(graph.reachable().empty());
    graph.addOutput(over({&joined}));
    graph.addOutput(over({&left}));
    graph.addOutput(over({&source}));
    CHECK(graph.reachable() == std::vector<NodeBase*>{&source, &left, &right, &other, &joined});
}

TEST_CASE("graph: outputs keep their order; without a name they have their place's") {
    Graph graph;
    graph.addOutput(over({}));
    auto named = over({});
    named->name = "mine";
    graph.addOutput(std::move(named));
    graph.addOutput(over({}));
    REQUIRE(graph.outputs().size() == 3);
    CHECK(graph.outputs()[0]->name == "output 0");
    CHECK(graph.outputs()[1]->name == "mine");
    CHECK(graph.outputs()[2]->name == "output 2");
}

TEST_CASE("graph: no two outputs show their batches at one place") {
    Graph graph;
    graph.addOutput(over({}));
    graph.addOutput(std::make_unique<ShownOutput>("/out/x-TIME"));
    graph.addOutput(std::make_unique<ShownOutput>("/out/x-TIME.txt"));
    try {
        graph.addOutput(std::make_unique<ShownOutput>("/out/x-TIME"));
        FAIL("it was added");
    } catch (const std::invalid_argument& error) {
        CHECK(std::string(error.what()) == "dstream: two outputs save to /out/x-TIME; give each a prefix of its own");
    }
    CHECK(graph.outputs().size() == 3);
}

TEST_CASE("graph: it grows in the initialized state only") {
    Graph graph;
    CHECK(graph.state() == StreamingContextState::Initialized);
    CHECK_NOTHROW(graph.requireOpen("a thing"));
    const auto refusal = [&] {
        try {
            graph.requireOpen("a thing");
        } catch (const IllegalState& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    graph.become(StreamingContextState::Active);
    CHECK(refusal() == "dstream: adding a thing after starting a StreamingContext is not supported");
    CHECK_THROWS_AS(graph.addOutput(over({})), IllegalState);
    graph.become(StreamingContextState::Stopped);
    CHECK(refusal() == "dstream: adding a thing after stopping a StreamingContext is not supported");
    CHECK_THROWS_AS(graph.addOutput(over({})), IllegalState);
    CHECK(graph.outputs().empty());
}

}  // namespace
