// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/received_blocks.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/sources/line_framing.hpp>

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

TEST_CASE("byte_receiver: a connect that nobody answers is given up after connectTimeout") {
  support::Stage stage;
  stage.world.listen("h", 1);
  stage.stream.socketTextStream("h", 1, {.failAfter = 3, .connectTimeout = 2s}) | foreachRDD([](const auto&) {});
  stage.stream.start();
  stage.world.advance(1'999ms);
  CHECK(stage.world.connecting("h", 1) == 1);
  CHECK(stage.stream.receivers().at(0).retries == 0);
  stage.world.advance(1ms);
  CHECK(stage.world.connecting("h", 1) == 0);  // who accepts now finds none that was given up
  CHECK(stage.stream.receivers().at(0).retries == 1);
  CHECK(stage.stream.receivers().at(0).lastError == "h:1: connection timed out");
  stage.world.advance(20s);
  CHECK(stage.stream.receivers().at(0).state == ReceiverState::Failed);
  CHECK(stage.stream.receivers().at(0).retries == 3);
}

/// A name with so many addresses; which of them is being connected to, 0: it is being looked up.
struct Name {
  /// The connecting goes on: at the first address, at the next one, or to its end.
  void move(std::size_t to) {
    at = to;
    world->wake(*owner);
  }
  void answer() {
    up = true;
    world->wake(*owner);
  }
  std::size_t addresses = 2;
  std::size_t at = 0;
  bool up = false;
  int connects = 0;
  World* world = nullptr;
  Actor* owner = nullptr;
};

class Dialled final : public Connection {
 public:
  explicit Dialled(Name& name) : name_(name) {}
  Transfer read(char*, std::size_t) override {
    if (name_.at > name_.addresses) return {Transfer::Status::Error};
    return {name_.up ? Transfer::Status::WouldBlock : Transfer::Status::Connecting};
  }
  Transfer write(const char*, std::size_t) override { return {Transfer::Status::Connecting}; }
  [[nodiscard]] std::size_t address() const override { return name_.up || name_.at > name_.addresses ? 0 : name_.at; }
  void nextAddress() override { ++name_.at; }
  [[nodiscard]] std::string error() const override { return "none of them answers"; }

 private:
  Name& name_;
};

struct FromName {
  static constexpr bool resumable = false;
  static constexpr const char* end = ": the end";

  [[nodiscard]] std::unique_ptr<Connection> open(World& world, Actor& owner) const {
    ++name->connects;
    name->at = 0;
    name->world = &world;
    name->owner = &owner;
    return std::make_unique<Dialled>(*name);
  }
  [[nodiscard]] static std::string peer() { return "a name"; }

  Name* name;
};

struct Dialling {
  explicit Dialling(SocketOptions options) {
    stage.stream.addInput(std::make_shared<ByteReceiver<LineFraming, FromName>>("dialling", LineFraming{}, FromName{&name}, options)) | foreachRDD([](const auto&) {});
    stage.stream.start();
    stage.world.runUntilQuiet();
  }
  [[nodiscard]] ReceiverInfo receiver() const { return stage.stream.receivers().at(0); }
  Name name;
  support::Stage stage;
};

TEST_CASE("byte_receiver: a name may be looked up for as long as it takes, and then each address has its whole time") {
  Dialling dialling({.connectTimeout = 3s, .idleTimeout = 1s});
  dialling.stage.world.advance(1h);
  dialling.name.move(1);
  dialling.stage.world.advance(2'999ms);
  CHECK(dialling.name.at == 1);
  dialling.name.answer();
  dialling.stage.world.runUntilQuiet();
  CHECK(dialling.receiver().state == ReceiverState::Up);
  dialling.stage.world.advance(999ms);  // idleTimeout begins with the connection
  CHECK(dialling.receiver().state == ReceiverState::Up);
  CHECK(dialling.receiver().retries == 0);
  CHECK(dialling.name.connects == 1);
  dialling.stage.world.advance(1ms);
  CHECK(dialling.receiver().state == ReceiverState::BackingOff);
  CHECK(dialling.receiver().lastError == "a name: nothing came for 1000 ms");
}

TEST_CASE("byte_receiver: an address that does not answer leaves its turn to the next one, within the same connect") {
  Dialling dialling({.connectTimeout = 3s, .idleTimeout = 1s});
  dialling.name.move(1);
  dialling.stage.world.advance(3s);
  CHECK(dialling.name.at == 2);
  dialling.stage.world.advance(2'999ms);
  CHECK(dialling.receiver().state == ReceiverState::Connecting);
  dialling.name.answer();
  dialling.stage.world.runUntilQuiet();
  CHECK(dialling.receiver().state == ReceiverState::Up);
  CHECK(dialling.receiver().retries == 0);
  CHECK(dialling.name.connects == 1);
}

TEST_CASE("byte_receiver: one that refuses takes nothing of the next one's time; when all have had theirs the connect has failed") {
  Dialling dialling({.failAfter = 2});
  for (std::uint64_t failed = 0; failed < 2; ++failed) {
    dialling.name.move(1);
    dialling.stage.world.advance(7s);
    dialling.name.move(2);
    dialling.stage.world.advance(9'999ms);
    CHECK(dialling.receiver().state == ReceiverState::Connecting);
    CHECK(dialling.receiver().retries == failed);
    dialling.stage.world.advance(1ms);
    CHECK(dialling.receiver().lastError == "none of them answers");
    CHECK(dialling.receiver().retries == failed + 1);
    dialling.stage.world.advance(1s);
  }
  CHECK(dialling.receiver().state == ReceiverState::Failed);
  CHECK(dialling.name.connects == 2);
}

TEST_CASE("byte_receiver: a connectTimeout of zero leaves the limit to the system, and idleTimeout is none of a connect") {
  Dialling dialling({.connectTimeout = 0s, .idleTimeout = 1s});
  dialling.name.move(1);
  dialling.stage.world.advance(1h);
  CHECK(dialling.name.at == 1);
  CHECK(dialling.receiver().state == ReceiverState::Connecting);
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

TEST_CASE("byte_receiver: batches of a few bytes each hold about as many, however many are kept") {
  const bool logged = GENERATE(false, true);
  CAPTURE(logged);
  Configuration configuration = support::quiet();
  configuration.blockBytes = configuration.maxRecordBytes = 4096;
  configuration.blockMemory = 8 * 4096;
  support::Stage stage(configuration);
  stage.world.listen("h", 1);
  if (logged) stage.stream.checkpoint("/checkpoint");
  std::size_t windowed = 0;
  auto lines = stage.stream.socketTextStream("h", 1, {.logBytes = logged ? std::uint64_t{1} << 16 : 0}).named("in");
  (lines | window(100s, 1s)).named("window") | foreachRDD([&](const auto& batch) { windowed = static_cast<std::size_t>(batch.count()); });
  stage.stream.start();
  stage.world.runUntilQuiet();
  testing::Peer peer = stage.world.accept("h", 1);
  for (int i = 0; i < 150; ++i) {
    peer.send("0123456789\n");
    stage.world.advance(1s);
    REQUIRE(stage.stream.metrics().bytesHeld <= 101 * 64 + 4096);
  }
  CHECK(stage.stream.receivers().at(0).bytes == 150 * 11);
  CHECK(windowed == 100);
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
