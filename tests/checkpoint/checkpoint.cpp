// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/checkpoint.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <utility>
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

TEST_CASE("checkpoint: a batch that a stop cut short comes again, whoever caught what the stop threw, and is no failure") {
  const std::vector<int> numbers{1, 2, 3, 4, 5, 6};
  for (const bool inTransform : {true, false}) {
    testing::World world;
    std::vector<int> seen;
    bool stops = true;
    for (int run = 0; run < 2; ++run) {
      support::Told told;
      Context context("local[2]", "job", support::quiet(), world);
      StreamingContext stream(context, 1s);
      stream.addStreamingListener([&](const Event& event) { told.events.push_back(event); });
      stream.checkpoint("/checkpoint", {.repeats = 0, .afterRepeats = AfterRepeats::Skip});
      const auto source = stream.rangeStream(numbers, 3).named("range") | repartition(3);
      const auto stopOnce = [&](int) {
        if (std::exchange(stops, false)) stream.stop(false, false);
      };
      if (inTransform) {
        source | transform([&](const auto& batch) {
          batch.foreach(stopOnce);
          return batch.collect();
        }) | foreachRDD([&](const auto& batch) {
          for (const int number : batch.collect()) seen.push_back(number);
        });
      } else {
        source | foreachRDD([&](const auto& batch) {
          std::vector<int> whole;
          try {
            batch.foreach(stopOnce);
            whole = batch.collect();
          } catch (...) {  // everything, and goes on
          }
          for (const int number : whole) seen.push_back(number);
        });
      }
      stream.start();
      stream.awaitTermination();
      CHECK(told.all<BatchFailed>().empty());
      CHECK(told.all<BatchSkipped>().empty());
    }
    std::sort(seen.begin(), seen.end());
    CHECK(seen == numbers);
  }
}

TEST_CASE("checkpoint: a range that throws once is read again, and nothing of it is missing") {
  testing::World world;
  std::vector<int> seen;
  bool throws = true;
  Context context("local[2]", "job", support::quiet(), world);
  StreamingContext stream(context, 1s);
  stream.checkpoint("/checkpoint");
  const auto numbers = std::views::iota(0, 6) | std::views::transform([&](int n) { return n == 3 && std::exchange(throws, false) ? throw std::runtime_error("once") : n; });
  stream.rangeStream(numbers, 2).named("range") | foreachRDD([&](const auto& batch) {
    for (const int number : batch.collect()) seen.push_back(number);
  });
  stream.start();
  stream.awaitTermination();
  CHECK(seen == std::vector<int>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("checkpoint: no file is too old for a stream that has one, unless it is said; without one they are") {
  for (const bool checkpoint : {true, false})
    for (const std::optional<bool> said : {std::optional<bool>(), std::optional(false), std::optional(true)}) {
      testing::World world;
      world.files().put("/in/old", "line\n");
      world.advance(1h);
      std::int64_t lines = 0;
      Context context("local", "job", support::quiet(), world);
      StreamingContext stream(context, 1s);
      if (checkpoint) stream.checkpoint("/checkpoint");
      stream.textFileStream("/in", FileOptions{.newFilesOnly = false, .allUnseen = said}).named("files") | foreachRDD([&](const auto& batch) { lines += batch.count(); });
      stream.start();
      world.advance(3s);
      CHECK(lines == (said.value_or(checkpoint) ? 1 : 0));
    }
}

}  // namespace
