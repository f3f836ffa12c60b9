// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/checkpoint.hpp>

#include <chrono>
#include <exception>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <vector>

#include <dstream/dstream.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;

TEST_CASE("checkpoint: a batch that is repeated gets the same of every source; a range goes on behind it after a restart") {
  testing::World world;
  world.listen("h", 1);
  const std::vector<int> numbers{1, 2, 3, 4, 5, 6};
  std::vector<std::string> seen;
  for (int run = 0; run < 2; ++run) {
    BatchQueue<int> queue;
    int failures = 2;
    Context context("local[2]", "job", support::quiet(), world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint");
    const auto note = [&](const std::string& name) {
      return foreachRDD([&, name](const auto& batch) {
        std::string line = name + std::to_string(batch.batch().seq) + "." + std::to_string(batch.batch().attempt);
        for (const auto& record : batch.collect()) {
          line += ' ';
          appendText<TextStyle::Scala>(line, record);
        }
        seen.push_back(line);
        if (name == "socket" && failures-- > 0) throw std::runtime_error("no");
      });
    };
    stream.rangeStream(numbers, 2).named("range") | note("range");
    stream.queueStream(queue) | note("queue");
    stream.socketTextStream("h", 1) | note("socket");
    stream.start();
    world.advance(1ms);
    auto peer = world.accept("h", 1);
    peer.send("one\ntwo\n");
    queue.push({7});
    world.advance(1s + 500ms);
  }
  CHECK(seen == std::vector<std::string>{"range1.1 1 2", "queue1.1 7", "socket1.1 one two", "range1.2 1 2", "queue1.2 7", "socket1.2 one two", "range1.3 1 2", "queue1.3 7", "socket1.3 one two",
                                         "range2.1 3 4", "queue2.1 7", "socket2.1 one two", "range2.2 3 4", "queue2.2 7", "socket2.2 one two", "range2.3 3 4", "queue2.3 7", "socket2.3 one two", "range3.1 5 6", "queue3.1", "socket3.1"});
}

TEST_CASE("checkpoint: a queue goes on behind what was committed, and what the program that ended had still queued is gone with it") {
  testing::World world;
  std::vector<std::string> seen;
  const auto live = [&](std::initializer_list<int> pushed, bool dies, std::chrono::nanoseconds time) {
    try {
      BatchQueue<int> queue;
      Context context("local[2]", "job", support::quiet(), world);
      StreamingContext stream(context, 1s);
      stream.checkpoint("/checkpoint");
      const auto numbers = stream.queueStream(queue);
      numbers | foreachRDD([&](const auto& batch) {
        std::string line = std::to_string(batch.batch().seq) + "." + std::to_string(batch.batch().attempt);
        for (const int number : batch.collect()) line += " " + std::to_string(number);
        if (dies && batch.batch().seq == 2) world.files().stopNow(testing::StopPoint::How::PowerLoss);
        seen.push_back(line);
      });
      numbers | saveAsTextFiles("/out/numbers", "", {.skipEmpty = true});
      for (const int number : pushed) queue.push({number});
      stream.start();
      world.advance(time);
    } catch (const std::exception&) {
      if (!world.files().stopped()) throw;
    }
    world.files().restart();
  };
  live({1, 2, 3}, true, 2s);  // its end comes when batch 2 is planned, not committed
  live({7, 8}, false, 2s);
  CHECK(seen == std::vector<std::string>{"1.1 1", "2.1 2", "2.2 7", "3.1 8", "4.1"});
  std::string shown;
  for (const std::string& path : world.files().paths())
    if (support::contains(path, "/part-")) shown += world.files().content(path);
  CHECK(shown == "1\n7\n8\n");
}

}  // namespace
