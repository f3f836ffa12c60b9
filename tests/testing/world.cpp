// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/world.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/dstream.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

/// Does what it is told, and counts.
struct Scripted final : Actor {
    explicit Scripted(Step wanted = Step::idle()) : next(wanted) {}
    Step step(World& world) override {
        ++steps;
        at.push_back(world.now(Clock::Steady));
        if (onStep) return onStep(world);
        return next;
    }
    Step next;
    int steps = 0;
    std::vector<Nanos> at;
    std::function<Step(World&)> onStep;
};

TEST_CASE("testing::World: an actor is stepped at first, then when woken; many wakes are one step") {
    testing::World world;
    Scripted actor;
    world.wake(actor);  // not yet spawned: ignored
    world.spawn(actor, Lane::Io);
    CHECK(actor.steps == 0);
    world.runUntilQuiet();
    CHECK(actor.steps == 1);
    world.runUntilQuiet();
    CHECK(actor.steps == 1);
    for (int i = 0; i < 5; ++i) world.wake(actor);
    world.runUntilQuiet();
    CHECK(actor.steps == 2);
    world.retire(actor);
    world.wake(actor);
    world.runUntilQuiet();
    CHECK(actor.steps == 2);
    CHECK(world.actors() == 0);
}

TEST_CASE("testing::World: advance stops at each deadline on the way") {
    testing::World world;
    Scripted actor;
    actor.onStep = [](World& of) { return Step::at(of.now(Clock::Steady) + 300); };
    world.spawn(actor, Lane::Io);
    world.advance(1000ns);
    CHECK(actor.at == std::vector<Nanos>{0, 300, 600, 900});
    CHECK(world.now(Clock::Steady) == 1000);
    world.advance(200ns);
    CHECK(actor.at.back() == 1200);
    world.retire(actor);
}

TEST_CASE("testing::World: the clock is not moved from within a step") {
    testing::World world;
    Scripted advancing, polling;
    advancing.onStep = [&](World&) {
        world.runUntilQuiet();  // does nothing: the loop outside goes on
        world.advance(1ns);
        return Step::idle();
    };
    polling.onStep = [&](World&) {
        world.poll();
        return Step::idle();
    };
    world.spawn(advancing, Lane::Io);
    CHECK_THROWS_WITH(world.advance(1000ns), "dstream: testing::World: advance from within a step");
    world.retire(advancing);
    world.spawn(polling, Lane::Io);
    CHECK_THROWS_WITH(world.runUntilQuiet(), "dstream: testing::World: poll from within a step");
    world.retire(polling);
    world.advance(1ns);  // usable afterwards
}

TEST_CASE("testing::World: poll is one turn: who is due is stepped once") {
    testing::World world;
    CHECK_FALSE(world.poll());
    Scripted always(Step::ready()), later, woken;
    later.onStep = [](World& of) { return Step::at(of.now(Clock::Steady) + 100); };
    world.spawn(always, Lane::Io);
    world.spawn(later, Lane::Jobs);
    CHECK(world.poll());
    CHECK(always.steps == 1);
    CHECK(later.steps == 1);
    CHECK(world.poll());
    CHECK(always.steps == 2);
    CHECK(later.steps == 1);
    world.retire(always);
    CHECK_FALSE(world.poll(99ns));
    CHECK(world.poll(1ns));
    CHECK(later.at == std::vector<Nanos>{0, 100});
    CHECK(world.poll(1000ns));  // at one go: the deadlines on the way are one step
    CHECK(later.at == std::vector<Nanos>{0, 100, 1100});
    world.retire(later);
}

TEST_CASE("testing::World: in a turn an actor may retire and wake another") {
    testing::World world;
    Scripted first, second, third;
    first.onStep = [&](World& of) {
        of.retire(second);
        of.wake(third);
        return Step::idle();
    };
    for (Scripted* actor : {&first, &second, &third}) world.spawn(*actor, Lane::Io);
    CHECK(world.poll());
    CHECK(first.steps == 1);
    CHECK(second.steps == 0);
    CHECK(third.steps == 1);
    CHECK_FALSE(world.poll());
    world.retire(first);
    world.retire(third);
}

TEST_CASE("testing::World: what a step throws, poll throws, once") {
    testing::World world;
    Scripted failing;
    failing.onStep = [](World&) -> Step { throw std::runtime_error("step"); };
    world.spawn(failing, Lane::Io);
    CHECK_THROWS_WITH(world.poll(), "step");
    CHECK_FALSE(world.poll());
    world.retire(failing);
}

TEST_CASE("testing::World: a loop of the program's own drives a context") {
    testing::World world;
    Context context("local[2]", "loop", Configuration{.stopOnSignals = false, .defaultListener = false}, world);
    StreamingContext stream(context, 1s);
    BatchQueue<int> queue;
    std::vector<std::vector<int>> batches;
    stream.queueStream(queue) | map([](int n) { return n + 1; }) | foreachRDD([&](const auto& batch) { batches.push_back(batch.collect()); });
    stream.start();
    for (int frame = 0; frame < 25; ++frame) {
        if (frame == 5) queue.push(std::vector<int>{1, 2});
        world.poll(100ms);
        while (world.poll()) {
        }
    }
    CHECK(batches == std::vector<std::vector<int>>{{2, 3}, {}});
}

TEST_CASE("testing::World: a wake during the step is a step after it") {
    testing::World world;
    Scripted actor;
    actor.onStep = [&](World& of) {
        if (actor.steps < 3) of.wake(actor);
        return Step::idle();
    };
    world.spawn(actor, Lane::Jobs);
    world.runUntilQuiet();
    CHECK(actor.steps == 3);
    world.retire(actor);
}

TEST_CASE("testing::World: actors take turns; they may spawn and retire others and themselves") {
    testing::World world;
    std::string order;
    Scripted one, two, three;
    one.onStep = [&](World&) {
        order += "1";
        return one.steps < 3 ? Step::ready() : Step::idle();
    };
    two.onStep = [&](World& of) {
        order += "2";
        if (two.steps == 2) {
            of.spawn(three, Lane::Io);
            of.retire(two);
        }
        return Step::ready();
    };
    three.onStep = [&](World& of) {
        order += "3";
        of.retire(one);
        return Step::idle();
    };
    world.spawn(one, Lane::Io);
    world.spawn(two, Lane::Io);
    world.runUntilQuiet();
    CHECK(order.substr(0, 4) == "1212");
    CHECK(two.steps == 2);
    CHECK(three.steps == 1);
    CHECK(world.actors() == 1);
    world.retire(three);
}

TEST_CASE("testing::World: one who is always ready is found out") {
    testing::World world;
    Scripted busy(Step::ready());
    world.spawn(busy, Lane::Io);
    CHECK_THROWS_AS(world.runUntilQuiet(), std::logic_error);
    world.retire(busy);
    world.runUntilQuiet();
}

TEST_CASE("testing::World: clocks") {
    testing::World world(5'000);
    CHECK(world.now(Clock::Wall) == 5'000);
    CHECK(world.now(Clock::Steady) == 0);
    world.advance(100ns);
    CHECK(world.now(Clock::Wall) == 5'100);
    world.setWall(10);
    CHECK(world.now(Clock::Wall) == 10);
    CHECK(world.now(Clock::Steady) == 100);
    world.advance(1ns);
    CHECK(world.now(Clock::Wall) == 11);
}

TEST_CASE("testing::World: await moves the clock from deadline to deadline") {
    testing::World world;
    Scripted actor;
    actor.onStep = [](World& of) { return Step::at(of.now(Clock::Steady) + 100); };
    world.spawn(actor, Lane::Io);
    const auto third = [&] { return actor.steps >= 3; };
    CHECK(world.await(third, never));
    CHECK(world.now(Clock::Steady) == 200);
    const auto no = [] { return false; };
    CHECK_FALSE(world.await(no, 1'000));
    CHECK(world.now(Clock::Steady) == 1'000);
    CHECK_FALSE(world.await(no, 500));  // in the past: asked once, and the clock stays
    CHECK(world.now(Clock::Steady) == 1'000);
    world.retire(actor);
    CHECK_THROWS_AS(world.await(no, never), std::logic_error);  // nothing can happen
}

TEST_CASE("testing::World: the same seed gives the same numbers") {
    testing::World one(0, 7), two(0, 7), other(0, 8);
    bool differ = false;
    for (int i = 0; i < 100; ++i) {
        const std::uint64_t drawn = one.random();
        CHECK(drawn == two.random());
        differ = differ || drawn != other.random();
    }
    CHECK(differ);
}

TEST_CASE("testing::World: workers are slots in name, tasks run in order") {
    testing::World world;
    CHECK(world.cores() >= 1);
    const std::unique_ptr<Workers> workers = world.hire(5);
    CHECK(workers->runner().slots() == 5);
    std::vector<std::size_t> tasks;
    workers->runner().forEach(4, [&](std::size_t slot, std::size_t task) {
        CHECK(slot < 5);
        tasks.push_back(task);
    });
    CHECK(tasks == std::vector<std::size_t>{0, 1, 2, 3});
}

TEST_CASE("testing::World: tasks in a random order on random slots, the same for the same seed") {
    const auto run = [](std::uint64_t seed) {
        testing::World world;
        world.shuffleTasks(seed);
        const std::unique_ptr<Workers> workers = world.hire(3);
        std::vector<std::pair<std::size_t, std::size_t>> tasks;
        workers->runner().forEach(20, [&](std::size_t slot, std::size_t task) { tasks.emplace_back(task, slot); });
        return tasks;
    };
    CHECK(run(1) == run(1));
    CHECK(run(1) != run(2));
    auto tasks = run(1);
    CHECK_FALSE(std::is_sorted(tasks.begin(), tasks.end()));
    std::sort(tasks.begin(), tasks.end());
    std::vector<std::size_t> slots(3, 0);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        CHECK(tasks[i].first == i);
        ++slots.at(tasks[i].second);
    }
    CHECK(std::count(slots.begin(), slots.end(), 0U) == 0);
}

TEST_CASE("testing::World: consoles apart; signals only while watched") {
    testing::World world;
    world.write(Console::Out, "a");
    world.write(Console::Err, "b");
    world.write(Console::Out, "c");
    CHECK(world.out() == "ac");
    CHECK(world.err() == "b");
    CHECK_FALSE(world.interrupted());
    world.watchSignals(true);
    CHECK(world.signalsWatched());
    world.interrupt();
    CHECK(world.interrupted());
    world.watchSignals(false);
    CHECK_FALSE(world.interrupted());
    CHECK_FALSE(world.signalsWatched());
}

TEST_CASE("testing::World: each is a process of its own") {
    const testing::World one, two;
    CHECK(one.process() == one.process());
    CHECK(one.process() != two.process());
}

TEST_CASE("testing::World: actors take turns, or come in an order that a seed decides") {
    const auto order = [](std::uint64_t seed) {
        testing::World world;
        if (seed != 0) world.shuffleSteps(seed);
        std::string steps;
        std::vector<std::unique_ptr<Scripted>> actors;
        for (const char name : {'a', 'b', 'c'}) {
            actors.push_back(std::make_unique<Scripted>());
            actors.back()->onStep = [&steps, name, left = 5](World&) mutable {
                steps += name;
                return --left > 0 ? Step::ready() : Step::idle();
            };
            world.spawn(*actors.back(), Lane::Io);
        }
        world.runUntilQuiet();
        for (const auto& actor : actors) world.retire(*actor);
        return steps;
    };
    CHECK(order(0) == "abcabcabcabcabc");
    CHECK(order(1) == order(1));
    CHECK(order(1) != order(2));
    auto steps = order(1);
    std::sort(steps.begin(), steps.end());
    CHECK(steps == "aaaaabbbbbccccc");
}

TEST_CASE("testing::World: rare branches are taken where the test says so") {
    testing::World world;
    CHECK_FALSE(world.fault("here"));
    world.onFault([](std::string_view point) { return point == "here"; });
    CHECK(world.fault("here"));
    CHECK_FALSE(world.fault("there"));
}

}  // namespace
