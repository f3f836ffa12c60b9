// SPDX-License-Identifier: BSL-1.0
#include <dstream/runtime/metrics.hpp>

#include <chrono>
#include <stdexcept>
#include <string>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

TEST_CASE("metrics: of a stream that is built, runs and has stopped") {
  support::Stage stage;
  stage.world.listen("h", 1);
  const auto lines = stage.stream.socketTextStream("h", 1);
  int fails = 1;
  lines | foreachRDD([&](const auto& batch) {
            static_cast<void>(batch.collect());
            if (fails-- > 0) throw std::runtime_error("no");
          }).named("first");
  lines | foreachRDD([](const auto&) {}).named("second");
  CHECK(stage.stream.metrics().state == StreamingContextState::Initialized);
  CHECK(stage.stream.metrics().outputs.empty());
  stage.stream.start();
  stage.world.runUntilQuiet();
  CHECK(stage.stream.metrics().lag == 250'000'000);  // no batch yet: since the start, the second's begin
  auto peer = stage.world.accept("h", 1);
  stage.world.runUntilQuiet();
  peer.send("one\ntw");
  stage.world.advance(1s);
  stage.world.advance(1200ms);

  const Metrics metrics = stage.stream.metrics();
  CHECK(metrics.state == StreamingContextState::Active);
  CHECK(metrics.formed == 2);
  CHECK(metrics.completed == 2);
  CHECK(metrics.lag == 450'000'000);  // since the second's begin, a quarter and 0.2 s
  CHECK(metrics.bytesHeld > 0);
  CHECK(metrics.bytesBound == support::quiet().blockMemory);
  REQUIRE(metrics.outputs.size() == 2);
  CHECK(metrics.outputs[0].name == "first");
  CHECK(metrics.outputs[0].runs == 2);
  CHECK(metrics.outputs[0].failures == 1);
  CHECK(metrics.outputs[1].failures == 0);
  REQUIRE(metrics.receivers.size() == 1);
  CHECK(metrics.receivers[0].bytes == 6);
  CHECK(metrics.receivers[0].lagBytes == 2);  // the begun line
  CHECK(metrics.receivers[0].lag >= 450'000'000);  // it came before the second batch's time
  CHECK(metrics.receivers[0].lag < 2'000'000'000);
  CHECK(metrics.receivers[0].droppedBytes == 0);
  peer.reset();
  stage.world.advance(1s);
  CHECK(stage.stream.metrics().receivers[0].droppedBytes == 2);
  CHECK(stage.stream.metrics().receivers[0].state == ReceiverState::Connecting);

  stage.stream.stop(false, false);
  CHECK(stage.stream.metrics().state == StreamingContextState::Stopped);
  CHECK(stage.stream.metrics().completed >= 2);
}

}  // namespace
