// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/byte_receiver.hpp>
#include <dstream/sources/frame_former.hpp>
#include <dstream/sources/framing.hpp>
#include <dstream/sources/line_framing.hpp>
#include <dstream/sources/socketStream.hpp>

#include <charconv>
#include <chrono>
#include <cstddef>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::quiet;
using support::Stage;

// Numbers, each followed by a semicolon, but for the last.
struct Numbers {
  using value_type = long;
  static constexpr bool openEnd = true;
  [[nodiscard]] static std::size_t frame(std::string_view bytes) {
    const std::size_t end = bytes.find(';');
    if (bytes.find('!') < end) throw FramingError("an exclamation mark");
    return end + 1;  // none: npos + 1 is 0
  }
  [[nodiscard]] static bool accepts(std::string_view frame) { return frame.find('?') == std::string_view::npos; }
  [[nodiscard]] static long record(std::string_view frame) {
    long number = 0;
    std::from_chars(frame.data(), frame.data() + frame.size(), number);
    return number;
  }
};

// A byte that says how many follow.
struct Counted {
  using value_type = std::string_view;
  [[nodiscard]] static std::size_t frame(std::string_view bytes) { return 1 + static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])); }
  [[nodiscard]] static std::string_view record(std::string_view frame) { return frame.substr(1); }
};
static_assert(Framing<Numbers> && Framing<Counted> && !Framing<int>);

StreamingContext* stopped = nullptr;
// A framing that stops the stream when it meets a zero.
struct Stopping {
  using value_type = std::string_view;
  [[nodiscard]] static std::size_t frame(std::string_view bytes) {
    if (bytes[0] == '0') stopped->stop(false, false);
    return 1;
  }
  [[nodiscard]] static std::string_view record(std::string_view frame) { return frame; }
};

template <class F>
struct Socket {
  using Record = Kept<typename F::value_type>;

  explicit Socket(Configuration configuration = quiet(), SocketOptions options = {}) : stage(configuration) {
    stage.world.listen("server", 9);
    stage.stream.socketStream("server", 9, F{}, options) | foreachRDD([this](const auto& batch) {
      for (auto& record : batch.collect()) all.push_back(std::move(record));
    });
    stage.stream.start();
    stage.world.runUntilQuiet();
  }
  testing::Peer accept() {
    testing::Peer peer = stage.world.accept("server", 9);
    stage.world.runUntilQuiet();
    return peer;
  }
  void tick() { stage.world.advance(1s); }
  [[nodiscard]] std::vector<std::string> dropped() const {
    std::vector<std::string> texts;
    for (const auto& drop : stage.told.template all<DataDropped>()) texts.push_back(std::to_string(drop.bytes) + " " + drop.reason);
    return texts;
  }

  Stage stage;
  std::vector<Record> all;
};

TEST_CASE("socketStream: a user's framing, the last frame open at the end") {
  Socket<Numbers> socket;
  auto peer = socket.accept();
  peer.send("1;2");
  socket.tick();
  CHECK(socket.all == std::vector<long>{1});
  peer.send("2;3");
  peer.close();
  socket.tick();
  CHECK(socket.all == std::vector<long>{1, 22, 3});
  CHECK(socket.dropped().empty());
}

TEST_CASE("socketStream: frames come whole, in order, once, however the bytes are cut and the ticks fall") {
  support::Random random(11);
  for (int round = 0; round < 100; ++round) {
    std::string bytes;
    std::vector<std::string> expected;
    for (std::size_t i = random.below(60); i > 0; --i) {
      expected.emplace_back(random.below(3) == 0 ? random.below(256) : random.below(4), static_cast<char>('a' + i % 26));
      bytes += static_cast<char>(expected.back().size());
      bytes += expected.back();
    }
    Socket<Counted> socket({.blockBytes = 256, .maxRecordBytes = 300, .stopOnSignals = false, .defaultListener = false});
    auto peer = socket.accept();
    while (!bytes.empty()) {
      const std::size_t piece = 1 + random.below(random.below(3) == 0 ? 700 : 5);
      peer.send(bytes.substr(0, piece));
      bytes.erase(0, piece);
      if (random.below(10) == 0) socket.tick();
    }
    peer.close();
    socket.tick();
    socket.tick();
    CAPTURE(round);
    REQUIRE(socket.all == expected);
    REQUIRE(socket.dropped().empty());
  }
}

// What a framing must not do: a size that is not there is read.
struct Careless {
  using value_type = std::string_view;
  [[nodiscard]] static std::size_t frame(std::string_view bytes) { return bytes.substr(4).empty() ? 0 : 5; }
  [[nodiscard]] static std::string_view record(std::string_view frame) { return frame; }
};

TEST_CASE("socketStream: a framing that throws fails its receiver, by name, and no other; each wait says so") {
  Socket<Careless> socket;
  testing::Peer peer = socket.accept();
  peer.send("abcdefgh");
  socket.tick();
  CHECK(socket.all == std::vector<std::string>{"abcde"});
  const std::string what = support::messageOf<std::runtime_error>([&] { static_cast<void>(socket.stage.stream.awaitTerminationOrTimeout(1s)); });
  CHECK(support::contains(what, "socket 0 failed: server:9: the framing threw: "));
  CHECK(support::messageOf<std::runtime_error>([&] { static_cast<void>(socket.stage.stream.awaitTerminationOrTimeout(1s)); }) == what);
  const auto before = socket.stage.stream.metrics().formed;
  socket.tick();
  CHECK(socket.stage.stream.metrics().formed == before + 1);
  CHECK(socket.dropped() == std::vector<std::string>{"3 server:9: the framing threw: " + what.substr(what.find("threw: ") + 7)});
}

TEST_CASE("socketStream: the longest idle time is none") {
  Socket<Counted> socket(quiet(), {.idleTimeout = std::chrono::nanoseconds::max()});
  testing::Peer peer = socket.accept();
  socket.tick();
  CHECK(socket.stage.stream.receivers().at(0).state == ReceiverState::Up);
}

TEST_CASE("socketStream: a frame over the limit whose size is told is passed over, nothing else is lost") {
  for (const std::size_t piece : {1U, 3U, 50U, 1000U}) {
    Socket<Counted> socket({.blockBytes = 256, .maxRecordBytes = 100, .stopOnSignals = false, .defaultListener = false});
    auto peer = socket.accept();
    std::string bytes = "\x03one" + std::string(1, '\xC8') + std::string(200, 'x') + "\x03two" + std::string(1, '\x63') + std::string(99, 'y') + "\x64" + std::string(100, 'z') + "\x03six";
    for (std::size_t at = 0; at < bytes.size(); at += piece) peer.send(bytes.substr(at, piece));
    socket.tick();
    CHECK(socket.all == std::vector<std::string>{"one", "two", std::string(99, 'y'), "six"});
    std::uint64_t dropped = 0;
    for (const auto& drop : socket.stage.told.all<DataDropped>()) dropped += drop.bytes;
    CHECK(dropped == 201 + 101);
    CHECK(socket.dropped().front() == "201 a record over the limit of maxRecordBytes = 100 bytes");
  }
}

TEST_CASE("socketStream: a frame without an end in sight ends the connection at the limit, and the next one is read") {
  Socket<Numbers> socket({.blockBytes = 256, .maxRecordBytes = 1000, .stopOnSignals = false, .defaultListener = false});
  auto peer = socket.accept();
  peer.send("1;" + std::string(5000, '2'));
  socket.tick();
  CHECK(peer.closedByLibrary());
  CHECK(socket.all == std::vector<long>{1});
  REQUIRE(socket.dropped().size() == 1);
  CHECK(support::contains(socket.dropped()[0], "server:9: a record over the limit of maxRecordBytes = 1000 bytes, with no end in sight"));
  auto next = socket.accept();
  next.send("3;");
  socket.tick();
  CHECK(socket.all == std::vector<long>{1, 3});
}

TEST_CASE("socketStream: bytes that are no frames end the connection, those before them count; a refused frame is dropped alone") {
  Socket<Numbers> socket;
  auto peer = socket.accept();
  peer.send("1;2?;3;4!;5;");
  socket.tick();
  CHECK(socket.all == std::vector<long>{1, 3});
  CHECK(peer.closedByLibrary());
  CHECK(socket.dropped() == std::vector<std::string>{"3 a record that its framing refuses", "5 server:9: an exclamation mark"});
  CHECK(socket.stage.stream.receivers().at(0).lastError == "server:9: an exclamation mark");
  auto next = socket.accept();
  next.send("6;");
  socket.tick();
  CHECK(socket.all == std::vector<long>{1, 3, 6});
}

// Two bytes each; one with a question mark is refused. Where the bytes shown end is noted.
struct Pairs {
  using value_type = std::string_view;
  [[nodiscard]] std::size_t frame(std::string_view bytes) const {
    ends->insert(bytes.data() + bytes.size());
    return bytes[0] == '9' ? 90 : 2;
  }
  [[nodiscard]] static bool accepts(std::string_view frame) { return frame[0] != '?'; }
  [[nodiscard]] static std::string_view record(std::string_view frame) { return frame; }
  std::set<const char*>* ends;
};

TEST_CASE("socketStream: frames that are refused or passed over do not move what is behind them, until all have been seen") {
  struct : Actor {
    Step step(World&) override { return Step::idle(); }
  } owner;
  testing::World world;
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    std::set<const char*> ends;
    FrameFormer<Pairs> former({&ends}, std::make_shared<BlockPool>(world, 1 << 16, 4096), 80, owner);
    const std::string all = "?0?1a2?3b4c5" + std::string(90, '9') + "d6" + std::string(90, '9') + "?7e8?9f";
    for (std::size_t at = 0; at < all.size(); at += piece) {
      ends.clear();
      const std::string_view some = std::string_view(all).substr(at, piece);
      some.copy(former.space().data, some.size());
      former.filled(some.size());
      CHECK(ends.size() <= 1);
    }
    CHECK(former.takeDropped().bytes == 5 * 2 + 2 * 90);
    CHECK(former.bytesWaiting() == 11);
    former.cut();
    REQUIRE(former.ready().size() == 1);
    CHECK(former.ready().front().text() == "a2b4c5d6e8");
    CHECK(former.ready().front().end == all.size() - 3);
    CHECK(former.bytesWaiting() == 1);
  }
}

TEST_CASE("socketStream: a connection that ends or breaks in the middle of a frame loses that frame, with an event") {
  for (const bool inOrder : {true, false}) {
    Socket<Counted> socket;
    auto peer = socket.accept();
    peer.send("\x03one\x09half");
    socket.stage.world.runUntilQuiet();
    inOrder ? peer.close() : peer.reset();
    socket.tick();
    CHECK(socket.all == std::vector<std::string>{"one"});
    REQUIRE(socket.dropped().size() == 1);
    CHECK(socket.dropped()[0] == (inOrder ? "5 the connection ended in the middle of a record" : "5 the connection broke in the middle of a record: server:9: connection reset by peer"));
  }
}

TEST_CASE("socketStream: what cannot be asked for is refused at once") {
  Stage stage;
  CHECK_THROWS_AS(stage.stream.socketStream("", 9, Numbers{}), std::invalid_argument);
  CHECK_THROWS_AS(stage.stream.socketStream("server", 0, Numbers{}), std::invalid_argument);
  CHECK_THROWS_AS(stage.stream.socketStream("server", 9, Numbers{}, {.firstRetry = 0s}), std::invalid_argument);
}

TEST_CASE("socketStream: a framing may ask for the stop, which who waits carries out") {
  const bool betweenSteps = GENERATE(false, true);
  Socket<Stopping> socket;
  stopped = &socket.stage.stream;
  testing::Peer peer = socket.accept();
  peer.send("10");
  betweenSteps ? socket.tick() : socket.stage.world.runUntilQuiet();
  CHECK(socket.stage.stream.getState() == StreamingContextState::Active);
  socket.stage.stream.awaitTermination();
  CHECK(socket.stage.stream.getState() == StreamingContextState::Stopped);
  CHECK(socket.stage.world.actors() == 0);
}

}  // namespace
