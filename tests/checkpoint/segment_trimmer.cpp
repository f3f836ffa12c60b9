// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/segment_trimmer.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace dstream::detail;
using namespace std::chrono_literals;
using Names = std::vector<std::string>;

struct Log final : Actor {
  Step step(World&) override {
    ++woken;
    return Step::idle();
  }
  int woken = 0;
};

struct Trimming {
  Trimming() {
    bus.add([this](const Event& event) { told.events.push_back(event); });
    world.spawn(bus, Lane::Events);
    world.files().makePrivateDirectory("/c");
    directory.make();
    world.spawn(log, Lane::Log);
    world.spawn(trimmer, Lane::Background);
    world.runUntilQuiet();
    log.woken = 0;
  }
  void segment(std::uint64_t number, std::uint64_t bytes) {
    directory.create(number)->append(std::string(bytes, 'x'));
    trimmer.add({number, bytes, number});
  }
  [[nodiscard]] testing::Files& files() { return static_cast<testing::Files&>(world.files()); }
  [[nodiscard]] Names left() { return files().names("/c/received/s"); }

  testing::World world;
  Configuration configuration;
  BasicEventBus<> bus{world};
  support::Told told;
  Runtime runtime{world, configuration, bus, nullptr, {}, {}, false, "/c"};
  SegmentDirectory directory{world.files(), "/c", "s"};
  Log log;
  SegmentTrimmer trimmer{runtime, "s", directory, log};
};

TEST_CASE(
    "segment_trimmer: one segment a step, the oldest first, and the log is told each time that "
    "there is room") {
  Trimming trimming;
  trimming.segment(1, 10);
  trimming.segment(2, 20);
  CHECK(trimming.trimmer.bytes() == 30);
  CHECK(trimming.left() == Names{"1.log", "2.log"});
  trimming.world.poll();
  CHECK(trimming.left() == Names{"2.log"});
  CHECK(trimming.trimmer.bytes() == 20);
  trimming.world.runUntilQuiet();
  CHECK(trimming.left().empty());
  CHECK(trimming.trimmer.bytes() == 0);
  CHECK(trimming.log.woken == 2);
}

TEST_CASE(
    "segment_trimmer: one that cannot be removed counts on, keeps those behind it, and is tried "
    "again; one that is gone is removed") {
  Trimming trimming;
  trimming.files().failNext("remove", "/c/received/s/1.log");
  trimming.segment(1, 10);
  trimming.segment(2, 20);
  trimming.segment(3, 40);
  trimming.files().remove("/c/received/s/2.log");
  trimming.world.runUntilQuiet();
  CHECK(trimming.left() == Names{"1.log", "3.log"});
  CHECK(trimming.trimmer.bytes() == 70);
  CHECK(trimming.log.woken == 0);
  CHECK(trimming.told.warnings("receiver s: a segment of its log that is needed no more cannot be "
                               "removed: dstream: remove /c/received/s/1.log")
        == 1);
  trimming.segment(4, 80);
  trimming.world.advance(4s);  // that more come is no reason to try before it is time
  CHECK(trimming.trimmer.bytes() == 150);
  trimming.world.advance(1s);
  CHECK(trimming.left().empty());
  CHECK(trimming.trimmer.bytes() == 0);
  CHECK(trimming.told.warnings("cannot be removed") == 1);
}

}  // namespace
