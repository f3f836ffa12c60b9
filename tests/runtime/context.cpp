// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/context.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/actions/collect.hpp>
#include <dstream/actions/sum.hpp>
#include <dstream/dstream.hpp>
#include <dstream/operators/map.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using dstream::Configuration;
using dstream::Context;

std::size_t workersOf(const std::string& master) {
    dstream::testing::World world;  // of two cores
    Context context(master, "c", {}, world);
    return context.runner().slots();
}

TEST_CASE("context: masters") {
    CHECK(workersOf("local") == 1);
    CHECK(workersOf("local[1]") == 1);
    CHECK(workersOf("local[7]") == 7);
    CHECK(workersOf("local[007]") == 7);
    CHECK(workersOf("local[4096]") == 4096);
    CHECK(workersOf("local[*]") == 2);
}

TEST_CASE("context: other masters are refused, in words that name them") {
    for (const std::string master : {"", "Local", "local ", " local", "local[]", "local[0]", "local[-1]", "local[+1]", "local[ 1]", "local[1 ]",
                                     "local[1.5]", "local[4097]", "local[99999999999999999999999]", "local[**]", "local[2", "local2]", "local[2]x",
                                     "local[2][2]", "local[2,3]", "spark://host:7077", "yarn"}) {
        CAPTURE(master);
        std::string text;
        try {
            workersOf(master);
        } catch (const std::invalid_argument& error) {
            text = error.what();
        }
        CHECK(text == "dstream: master \"" + master + "\" is not known; it is local, local[N] with N from 1 to 4096, or local[*]");
    }
}

TEST_CASE("context: a configuration that does not hold is refused") {
    dstream::testing::World world;
    CHECK_THROWS_AS(Context("local", "c", Configuration{.blockBytes = 1}, world), std::invalid_argument);
    CHECK_THROWS_AS(Context("local", "c", Configuration{.maxRecordBytes = 0}), std::invalid_argument);
}

TEST_CASE("context: its name, configuration and world") {
    dstream::testing::World world;
    Context context("local", "my app", {.maxBatchBytes = 7}, world);
    CHECK(context.name() == "my app");
    CHECK(context.configuration().maxBatchBytes == 7);
    CHECK(&context.world() == &world);
}

TEST_CASE("context: stopped, it has no workers; stopping again does nothing") {
    dstream::testing::World world;
    Context context("local", "c", {}, world);
    CHECK_FALSE(context.isStopped());
    context.stop();
    context.stop();
    CHECK(context.isStopped());
    CHECK_THROWS_AS(context.runner(), dstream::IllegalState);
}

TEST_CASE("context: it cannot be stopped under a streaming context that is active, from wherever") {
    support::Stage stage;
    std::string fromOutput;
    stage.stream.queueStream(stage.queue) | dstream::foreachRDD([&](const auto& batch) {
        fromOutput = support::messageOf<dstream::IllegalState>([&] { stage.context.stop(); });
        stage.batches += static_cast<int>(batch.count());
    });
    const std::string refusal =
        "dstream: the Context \"stage\" cannot be stopped while a StreamingContext of it is active; stop that one, with stop(true), which stops both";
    stage.stream.start();
    CHECK(support::messageOf<dstream::IllegalState>([&] { stage.context.stop(); }) == refusal);
    stage.queue.push(std::vector{1, 2, 3});
    stage.world.advance(std::chrono::seconds(1));
    CHECK(fromOutput == refusal);
    CHECK(stage.batches == 3);
    CHECK_FALSE(stage.context.isStopped());
    stage.stream.stop(false);
    stage.context.stop();
    CHECK(stage.context.isStopped());
}

TEST_CASE("context: one that stopped before does not stop the Context under another that is active; a failed start leaves it free") {
    support::Stage stage;
    {
        dstream::StreamingContext without(stage.context, std::chrono::seconds(1));
        CHECK_THROWS_AS(without.start(), std::invalid_argument);
    }
    stage.anOutput();
    dstream::StreamingContext second(stage.context, std::chrono::seconds(1));
    dstream::BatchQueue<int> queue;
    int batches = 0;
    second.queueStream(queue) | dstream::foreachRDD([&](const auto&) { ++batches; });
    stage.stream.start();
    stage.stream.stop(false);
    second.start();
    CHECK_THROWS_AS(stage.stream.stop(true), dstream::IllegalState);
    stage.world.advance(std::chrono::seconds(2));
    CHECK(batches == 2);
    second.stop(true);
    CHECK(stage.context.isStopped());
}

// What a forked child does, ended by the system if it hangs; gives its status, 0 if all went well.
template <class Body>
int inChild(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(60);
        bool held = false;
        try {
            held = body();
        } catch (...) {
        }
        ::_exit(held ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_CASE("context: a forked child destroys what it got a copy of, and refuses to run it") {
    Configuration configuration;
    configuration.stopOnSignals = false;
    configuration.gracefulStopTimeout = std::chrono::hours(1);
    for (const bool started : {false, true}) {
        auto context = std::make_unique<Context>("local[3]", "c", configuration);
        auto stream = std::make_unique<dstream::StreamingContext>(*context, std::chrono::milliseconds(1));
        dstream::detail::Atomic<int> batches{0};
        stream->constantStream(std::vector{1, 2, 3}) | dstream::foreachRDD([&](const auto&) { batches.fetch_add(1); });
        if (started) stream->start();
        CHECK(inChild([&] {
            const auto refused = [](auto call) { return support::contains(support::messageOf<dstream::IllegalState>(call), "in a forked child of the process that made its Context"); };
            const bool held = refused([&] { stream->start(); }) && refused([&] { stream->stop(); }) && refused([&] { stream->awaitTermination(); });
            const bool noneOfItsOwn = dstream::StreamingContext::getActive() == nullptr;
            stream.reset();
            context->stop();
            context.reset();
            return held && noneOfItsOwn;
        }) == 0);
        if (started) stream->stop(false, true);  // the parent's goes on
        CHECK((batches.load() != 0) == started);
    }
}

TEST_CASE("context: parallelize on real workers") {
    Context context("local[3]", "c");
    std::vector<long> numbers(10'000);
    std::iota(numbers.begin(), numbers.end(), 0L);
    const auto twice = context.parallelize(numbers) | dstream::map([](long n) { return n * 2; });
    CHECK((twice | dstream::sum()) == 9'999L * 10'000L);
    std::vector<long> expected(numbers);
    for (long& n : expected) n *= 2;
    CHECK((twice | dstream::collect()) == expected);
}

}  // namespace
