// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/world.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Status = Transfer::Status;

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

TEST_CASE("testing::World: a refused connection says so") {
    testing::World world;
    Scripted owner;
    world.spawn(owner, Lane::Io);
    char buffer[8];
    const auto refused = world.connect({"nobody", 1}, owner);
    CHECK(refused->read(buffer, 8).status == Status::Error);
    CHECK(refused->write("x", 1).status == Status::Error);
    CHECK(refused->error() == "nobody:1: connection refused");
    CHECK_THROWS_AS(world.accept("nobody", 1), std::logic_error);
    world.retire(owner);
}

TEST_CASE("testing::World: a connection, from connecting to its end") {
    testing::World world;
    Scripted owner;
    world.spawn(owner, Lane::Io);
    world.runUntilQuiet();
    world.listen("h", 1);
    CHECK(world.connecting("h", 1) == 0);
    auto connection = world.connect({"h", 1}, owner);
    CHECK(world.connecting("h", 1) == 1);
    char buffer[4];
    CHECK(connection->read(buffer, 4).status == Status::Connecting);
    CHECK(connection->write("x", 1).status == Status::Connecting);

    testing::Peer peer = world.accept("h", 1);
    world.runUntilQuiet();
    CHECK(owner.steps == 2);  // accept wakes
    CHECK(connection->read(buffer, 4).status == Status::WouldBlock);
    CHECK(connection->write("hello", 5).bytes == 5);
    CHECK(peer.received() == "hello");

    peer.send("abcdef");
    peer.send("");
    peer.send("gh");
    world.runUntilQuiet();
    CHECK(owner.steps == 3);
    CHECK(peer.unread() == 8);
    Transfer transfer = connection->read(buffer, 4);
    CHECK(transfer.status == Status::Bytes);
    CHECK(std::string(buffer, transfer.bytes) == "abcd");
    CHECK(peer.unread() == 4);
    transfer = connection->read(buffer, 4);
    CHECK(std::string(buffer, transfer.bytes) == "ef");  // pieces are never joined
    peer.close();
    transfer = connection->read(buffer, 4);
    CHECK(std::string(buffer, transfer.bytes) == "gh");  // sent before the close
    CHECK(connection->read(buffer, 4).status == Status::Fin);
    CHECK(connection->read(buffer, 4).status == Status::Fin);
    CHECK(connection->error().empty());
    CHECK_FALSE(peer.closedByLibrary());
    connection.reset();
    CHECK(peer.closedByLibrary());
    peer.send("nobody reads this");
    world.retire(owner);
}

TEST_CASE("testing::World: a reset loses what was not read, and nothing succeeds after it") {
    testing::World world;
    Scripted owner;
    world.spawn(owner, Lane::Io);
    world.listen("h", 1);
    const auto connection = world.connect({"h", 1}, owner);
    testing::Peer peer = world.accept("h", 1);
    char buffer[4];
    peer.send("abcd1234");
    CHECK(connection->read(buffer, 4).bytes == 4);
    peer.reset("connection reset by peer");
    CHECK(connection->read(buffer, 4).status == Status::Error);
    CHECK(connection->read(buffer, 4).status == Status::Error);
    CHECK(connection->write("x", 1).status == Status::Error);
    CHECK(connection->error() == "h:1: connection reset by peer");
    world.retire(owner);
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

}  // namespace
