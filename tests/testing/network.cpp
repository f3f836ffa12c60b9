// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/network.hpp>

#include <stdexcept>
#include <string>

#include <dstream/testing/world.hpp>

#include "support/catch.hpp"

namespace {

using namespace dstream;
using Status = Transfer::Status;

/// Counts its steps.
struct Owner final : Actor {
    Step step(World&) override {
        ++steps;
        return Step::idle();
    }
    int steps = 0;
};

TEST_CASE("testing::Network: a refused connection says so") {
    testing::World world;
    Owner owner;
    world.spawn(owner, Lane::Io);
    char buffer[8];
    const auto refused = world.connect({"nobody", 1}, owner);
    CHECK(refused->read(buffer, 8).status == Status::Error);
    CHECK(refused->write("x", 1).status == Status::Error);
    CHECK(refused->error() == "nobody:1: connection refused");
    CHECK_THROWS_AS(world.accept("nobody", 1), std::logic_error);
    world.retire(owner);
}

TEST_CASE("testing::Network: a connection, from connecting to its end") {
    testing::World world;
    Owner owner;
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

TEST_CASE("testing::Network: after a reset what has arrived is read, then nothing succeeds") {
    testing::World world;
    Owner owner;
    world.spawn(owner, Lane::Io);
    world.listen("h", 1);
    const auto connection = world.connect({"h", 1}, owner);
    testing::Peer peer = world.accept("h", 1);
    char buffer[4];
    peer.send("abcd1234");
    CHECK(connection->read(buffer, 4).bytes == 4);
    peer.reset("connection reset by peer");
    CHECK(connection->read(buffer, 4).bytes == 4);
    CHECK(connection->read(buffer, 4).status == Status::Error);
    CHECK(connection->read(buffer, 4).status == Status::Error);
    CHECK(connection->write("x", 1).status == Status::Error);
    CHECK(connection->error() == "h:1: connection reset by peer");
    world.retire(owner);
}

TEST_CASE("testing::Network: from the mark on the owner is woken, or when the connection ends") {
    testing::World world;
    Owner owner;
    world.spawn(owner, Lane::Io);
    world.listen("h", 1);
    const auto connection = world.connect({"h", 1}, owner);
    testing::Peer peer = world.accept("h", 1);
    world.runUntilQuiet();
    connection->wakeAt(5);
    const int before = owner.steps;
    peer.send("abc");
    world.runUntilQuiet();
    CHECK(owner.steps == before);
    peer.send("de");
    world.runUntilQuiet();
    CHECK(owner.steps == before + 1);
    char buffer[8];
    CHECK(connection->read(buffer, 8).bytes == 3);
    CHECK(connection->read(buffer, 8).bytes == 2);
    peer.send("f");
    peer.close();
    world.runUntilQuiet();
    CHECK(owner.steps == before + 2);
    world.retire(owner);
}

TEST_CASE("testing::Network: who refuses again refuses those that wait, too") {
    testing::World world;
    Owner owner;
    world.spawn(owner, Lane::Io);
    world.listen("h", 1);
    const auto waiting = world.connect({"h", 1}, owner);
    world.runUntilQuiet();
    const int before = owner.steps;
    world.refuse("h", 1);
    world.runUntilQuiet();
    CHECK(owner.steps == before + 1);
    CHECK(world.connecting("h", 1) == 0);
    char buffer[8];
    CHECK(waiting->read(buffer, 8).status == Transfer::Status::Error);
    CHECK(waiting->error() == "h:1: connection refused");
    CHECK(world.connect({"h", 1}, owner)->error() == "h:1: connection refused");
    world.listen("h", 1);
    CHECK(world.connect({"h", 1}, owner)->error().empty());
    world.retire(owner);
}

}  // namespace
