// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/received_blocks.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::contains;
using Lines = std::vector<std::string>;

struct Socket {
  explicit Socket(SocketOptions options, Configuration configuration = support::quiet()) : stage(configuration) {
    stage.world.listen("h", 1);
    stage.stream.socketTextStream("h", 1, options) | foreachRDD([this](const auto& batch) {
      for (std::string& line : batch.collect()) lines.push_back(std::move(line));
    });
    stage.stream.start();
    stage.world.runUntilQuiet();
    peer = stage.world.accept("h", 1);
    stage.world.runUntilQuiet();
  }
  [[nodiscard]] ReceiverInfo receiver() const { return stage.stream.receivers().at(0); }
  Lines lines;
  support::Stage stage;
  testing::Peer peer;
};

TEST_CASE("byte_receiver: silence for longer than idleTimeout is a broken connection; bytes now and then are none") {
  Socket socket({.idleTimeout = 3s});
  for (int i = 0; i < 10; ++i) {
    socket.peer.send("x\n");
    socket.stage.world.advance(2s);
  }
  CHECK(socket.receiver().connections == 1);
  CHECK(!socket.peer.closedByLibrary());
  socket.stage.world.advance(7s);
  CHECK(socket.peer.closedByLibrary());
  CHECK(socket.receiver().lastError == "h:1: nothing came for 3000 ms");
  CHECK(socket.stage.world.connecting("h", 1) >= 1);
  CHECK(socket.lines.size() == 10);
}

TEST_CASE("byte_receiver: a connect that nobody answers is given up after idleTimeout") {
  support::Stage stage;
  stage.world.listen("h", 1);
  stage.stream.socketTextStream("h", 1, {.failAfter = 3, .idleTimeout = 2s}) | foreachRDD([](const auto&) {});
  stage.stream.start();
  stage.world.advance(20s);
  CHECK(stage.stream.receivers().at(0).state == ReceiverState::Failed);
  CHECK(stage.stream.receivers().at(0).retries == 3);
}

Configuration small() {
  Configuration configuration = support::quiet();
  configuration.blockBytes = 256;
  configuration.maxRecordBytes = 256;
  configuration.blockMemory = 8 * 256;
  return configuration;
}
/// Lines of 10 bytes, numbered; so many more than there is memory for, before a batch is due.
void overwhelm(Socket& socket, int lines) {
  for (int i = 0; i < lines; ++i) socket.peer.send(std::to_string(100'000'000 + i) + '\n');
  socket.stage.world.advance(100ms);
}

TEST_CASE("byte_receiver: out of memory it waits, and nothing is lost") {
  Socket socket({}, small());
  overwhelm(socket, 1000);
  socket.stage.world.advance(20s);
  CHECK(socket.lines.size() == 1000);
  CHECK(socket.receiver().overloadBytes == 0);
}

TEST_CASE("byte_receiver: after an outage the lag is seen, in bytes and in time, and caught up with") {
  support::Stage stage;
  bool away = false;
  std::size_t lines = 0;
  stage.world.listen("h", 1);
  stage.stream.checkpoint("/checkpoint");
  stage.stream.resumableSocketTextStream("h", 1).named("in") | foreachRDD([&](const auto& batch) {
    if (away) throw Outage("away");
    lines += static_cast<std::size_t>(batch.count());
  });
  stage.stream.start();
  stage.world.runUntilQuiet();
  testing::Peer peer = stage.world.accept("h", 1);
  stage.world.runUntilQuiet();
  peer.send("0\n");
  const auto second = [&] {
    peer.send("0123456789\n");
    stage.world.advance(1s);
  };
  for (int i = 0; i < 3; ++i) second();
  CHECK(stage.stream.receivers().at(0).lagBytes == 0);
  CHECK(stage.stream.receivers().at(0).lag == 0);
  away = true;
  for (int i = 0; i < 60; ++i) second();
  CHECK(stage.stream.receivers().at(0).lagBytes == 60 * 11);
  CHECK(stage.stream.receivers().at(0).lag >= 60'000'000'000);
  CHECK(stage.stream.receivers().at(0).lag <= 62'000'000'000);
  CHECK(stage.stream.metrics().lag >= 59'000'000'000);
  away = false;
  for (int i = 0; i < 10; ++i) second();
  CHECK(lines == 73);
  CHECK(stage.stream.receivers().at(0).lagBytes == 0);
  CHECK(stage.stream.receivers().at(0).lag == 0);
  CHECK(stage.stream.metrics().lag < 1'000'000'000);
}

TEST_CASE("byte_receiver: asked to, it drops the oldest, and says how much") {
  Socket socket({.onOverload = Overload::DropOldest}, small());
  overwhelm(socket, 1000);
  socket.stage.world.advance(20s);
  REQUIRE(!socket.lines.empty());
  CHECK(socket.lines.back() == "100000999");
  CHECK(socket.receiver().overloadBytes == 10 * (1000 - socket.lines.size()));
  CHECK(socket.receiver().overloadBytes > 5000);
  CHECK(socket.receiver().droppedBytes == 0);
  std::uint64_t told = 0;
  for (const auto& dropped : socket.stage.told.all<DataDropped>()) told += dropped.bytes;
  CHECK(told == socket.receiver().overloadBytes);
}

TEST_CASE("byte_receiver: asked to, it thins out what waits, and says how much") {
  Socket socket({.onOverload = Overload::Sample}, small());
  overwhelm(socket, 1000);
  socket.stage.world.advance(20s);
  REQUIRE(!socket.lines.empty());
  CHECK(socket.lines.back() == "100000999");
  CHECK(socket.receiver().overloadBytes == 10 * (1000 - socket.lines.size()));
}

TEST_CASE("byte_receiver: where nothing may be lost no overload policy may drop") {
  support::Stage stage;
  CHECK_THROWS_AS(stage.stream.socketTextStream("h", 1, {.logBytes = 1 << 20, .onOverload = Overload::Sample}), std::invalid_argument);
  CHECK_THROWS_AS(stage.stream.resumableSocketTextStream("h", 1, {.onOverload = Overload::DropOldest}), std::invalid_argument);
}

}  // namespace
