// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/resumableSocketStream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"
#include "support/resumable_sender.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::quiet;
using support::ResumableSender;
using Texts = std::vector<std::string>;

/// Two bytes that say how many follow. What begins with '?' is refused, what begins with '!' cannot be cut.
struct Counted {
  using value_type = std::string_view;
  static std::size_t frame(std::string_view bytes) {
    if (bytes.size() < 2) return 0;
    if (bytes.size() > 2 && bytes[2] == '!') throw FramingError("an exclamation mark");
    return 2 + static_cast<std::size_t>(static_cast<unsigned char>(bytes[0])) * 256 + static_cast<unsigned char>(bytes[1]);
  }
  static bool accepts(std::string_view frame) { return frame.size() < 3 || frame[2] != '?'; }
  static std::string_view record(std::string_view frame) { return frame.substr(2); }
};
std::string framed(const std::string& text) { return std::string{static_cast<char>(text.size() / 256), static_cast<char>(text.size() % 256)} + text; }

struct Run {
  explicit Run(testing::World& world, Configuration configuration = quiet(), bool dies = false) : context("local[2]", "job", configuration, world), stream(context, 1s) {
    stream.checkpoint("/checkpoint");
    stream.resumableSocketStream("sender", 9, Counted{}).named("frames") | foreachRDD([this, &world, dies](const auto& batch) {
      if (dies) static_cast<testing::Files&>(world.files()).stopNow(testing::StopPoint::How::PowerLoss);
      for (auto& text : batch.collect()) texts.push_back(std::move(text));
    });
    stream.start();
    world.runUntilQuiet();
  }
  Texts texts;
  Context context;
  StreamingContext stream;
};

TEST_CASE("resumableSocketStream: a break within a frame that is too long goes on at a frame's begin") {
  constexpr std::uint64_t seed = 4711;
  for (std::uint64_t round = 0; round < 60; ++round) {
    support::Random random(seed + round);
    CAPTURE(round);
    std::string text;
    Texts expected;
    for (int i = 0; i < 150; ++i) {
      std::string one(random.below(6) == 0 ? 400 + random.below(2000) : random.below(50), static_cast<char>('a' + i % 26));
      const bool refused = random.below(10) == 0;
      if (refused) one = "?" + one;
      text += framed(one);
      if (!refused && one.size() + 2 <= 300) expected.push_back(one);
    }
    Configuration small = quiet();
    small.blockBytes = 256;
    small.maxRecordBytes = 300;
    small.blockMemory = 4 * 300;
    testing::World world(support::Stage::beginning, seed + round);
    ResumableSender sender(world, text);
    Texts texts;
    auto run = std::make_unique<Run>(world, small);
    const auto end = [&] {
      texts.insert(texts.end(), run->texts.begin(), run->texts.end());
      run = nullptr;
    };
    for (int steps = 0; !sender.done() || !sender.connected(); ++steps) {
      REQUIRE(steps < 10'000);
      if (!sender.connected() && !sender.accept()) {
        world.advance(1s);
        continue;
      }
      switch (random.below(10)) {
        case 0: sender.reset(); break;
        case 1:
          end();
          run = std::make_unique<Run>(world, small);
          break;
        case 2: world.advance(1s); break;
        default: sender.send(1 + random.below(900)); break;
      }
    }
    world.advance(10s);
    end();
    if (texts != expected) {
      CHECK(texts.size() == expected.size());
      FAIL("the records are others");
    }
  }
}

TEST_CASE("resumableSocketStream: bytes that cannot be cut end the receiver, since they would come again") {
  testing::World world;
  ResumableSender sender(world, framed("one") + framed("!"));
  Run run(world);
  REQUIRE(sender.accept());
  sender.send(100);
  world.advance(1s);
  CHECK(run.stream.receivers().at(0).state == ReceiverState::Failed);
  CHECK_THROWS_WITH(run.stream.awaitTermination(), "dstream: receiver frames failed: sender:9: an exclamation mark");
}

TEST_CASE("resumableSocketStream: a planned batch with what its framing drops at its end comes again, wherever the connection breaks now") {
  Configuration small = quiet();
  small.blockBytes = 256;
  small.maxRecordBytes = 300;
  const std::string dropped = GENERATE(framed("?no"), framed(std::string(400, 'x')));
  testing::World world;
  ResumableSender sender(world, framed("one") + dropped + framed("two"));
  const std::size_t one = framed("one").size();
  {
    Run run(world, small, true);
    REQUIRE(sender.accept());
    sender.send(one + dropped.size());
    world.advance(1s);
    REQUIRE(run.texts == Texts{"one"});
  }
  static_cast<testing::Files&>(world.files()).restart();
  Run run(world, small);
  REQUIRE(sender.accept());
  sender.send(one);
  sender.reset();
  world.advance(1s);
  REQUIRE(sender.accept());
  sender.send(dropped.size());
  world.advance(2s);
  CHECK(run.texts == Texts{"one"});
  sender.send(100);
  world.advance(2s);
  CHECK(run.texts == Texts{"one", "two"});
  CHECK(run.stream.receivers().at(0).state == ReceiverState::Up);
}

}  // namespace
