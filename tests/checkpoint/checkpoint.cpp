// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/checkpoint.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
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

// --- getOrCreate, getActiveOrCreate ---

/// A job that counts its batches, and what one start of it told and showed.
struct Counting {
  testing::World world;
  support::Told told;
  std::vector<long> counts;
  bool own = false;  // make calls checkpoint itself

  auto make(Context& context) {
    return [&] {
      auto stream = std::make_unique<StreamingContext>(context, 1s);
      stream->addStreamingListener([&](const Event& event) { told.events.push_back(event); });
      if (own) stream->checkpoint("/checkpoint");
      const auto counted = stream->constantStream(std::vector{std::pair{1, 1L}}) | mapWithState(StateSpec::function<long>([](int, std::optional<long> n, State<long>& state) {
                             state.update(state.getOption().value_or(0) + *n);
                             return state.get();
                           })).named("count");
      counted | foreachRDD([&](const auto& batch) {
        for (const long count : batch.collect()) counts.push_back(count);
      });
      counted | saveAsTextFiles("/out/count");
      return stream;
    };
  }
  /// What refused the start.
  std::string live(bool createOnError, std::chrono::nanoseconds time = 3s) {
    told.events.clear();
    counts.clear();
    Context context("local[2]", "job", support::quiet(), world);
    const auto stream = StreamingContext::getOrCreate("/checkpoint", make(context), createOnError);
    try {
      stream->start();
      world.advance(time);
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  }
  [[nodiscard]] std::vector<std::string> names(const std::string& begin) const {
    std::vector<std::string> found = const_cast<testing::World&>(world).files().names("/checkpoint");
    std::erase_if(found, [&](const std::string& name) { return !name.starts_with(begin); });
    return found;
  }
};

TEST_CASE("checkpoint: getOrCreate with createOnError begins anew where the checkpoint cannot be read, and keeps what was there") {
  for (const bool own : {false, true}) {
    Counting job;
    job.own = own;
    CHECK(job.live(true) == "");
    CHECK(job.counts == std::vector<long>{1, 2, 3});
    CHECK(job.names("unreadable").empty());
    CHECK(job.live(true) == "");  // it can be read: createOnError says nothing then
    CHECK(job.counts == std::vector<long>{4, 5, 6});
    job.world.files().damage("/checkpoint/journal-1-2.log", 45);
    const std::string damaged = job.world.files().content("/checkpoint/journal-1-2.log");
    const auto before = job.world.files().names("/checkpoint");

    const std::string refusal = job.live(false);
    CHECK(support::contains(refusal, "dstream: checkpoint: /checkpoint/journal-1-2.log, byte "));
    CHECK(job.counts.empty());
    CHECK(job.world.files().names("/checkpoint") == before);

    CHECK(job.live(true) == "");
    CHECK(job.counts == std::vector<long>{1, 2, 3});
    CHECK(job.told.warnings("the checkpoint in /checkpoint cannot be read, and the job begins anew; its files are kept, as unreadable-2-…: " + refusal) == 1);
    const auto opened = job.told.all<CheckpointOpened>();
    REQUIRE(opened.size() == 1);
    CHECK(opened[0].seq == 0);
    CHECK(opened[0].epoch == 3);  // no stage of the old one's is taken for this one's
    CHECK(job.names("unreadable") == std::vector<std::string>{"unreadable-2-journal-1-2.log", "unreadable-2-snapshot-0"});
    CHECK(job.world.files().content("/checkpoint/unreadable-2-journal-1-2.log") == damaged);

    CHECK(job.live(false) == "");
    CHECK(job.counts == std::vector<long>{4, 5, 6});
    job.world.files().damage("/checkpoint/journal-1-4.log", 45);
    CHECK(job.live(true) == "");
    CHECK(job.counts == std::vector<long>{1, 2, 3});
    CHECK(job.names("unreadable-4") == std::vector<std::string>{"unreadable-4-journal-1-4.log", "unreadable-4-snapshot-0"});
    CHECK(job.names("unreadable-2").size() == 2);
  }
}

TEST_CASE("checkpoint: createOnError is for what cannot be read: another job's, one that does not fit, one in use and a disk that fails are refused as ever") {
  Counting job;
  CHECK(job.live(true) == "");
  const auto before = job.world.files().names("/checkpoint");
  const auto refusalOf = [&](const std::string& name, bool fits) {
    Context context("local[2]", name, support::quiet(), job.world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint", {.createOnError = true});
    const auto numbers = stream.constantStream(std::vector{std::pair{1, 1}});
    if (fits)
      numbers | print();
    else
      numbers | reduceByKeyAndWindow(plus, 2s).named("count") | print();
    return support::messageOf<std::runtime_error>([&] { stream.start(); });
  };
  CHECK(support::contains(refusalOf("another", true), "another"));
  CHECK(support::contains(refusalOf("job", false), "does not fit this program"));
  job.world.files().failNext("read", "/checkpoint/journal-1-1.log");
  CHECK(support::contains(job.live(true), "input/output error"));
  CHECK(job.world.files().names("/checkpoint") == before);
  {
    const auto held = job.world.files().lock("/checkpoint/LOCK");
    job.world.files().damage("/checkpoint/journal-1-1.log", 45);
    CHECK(support::contains(job.live(true), "is in use"));
    CHECK(job.world.files().names("/checkpoint") == before);
  }
  job.world.files().failNext("rename", "/checkpoint/journal-1-1.log");
  CHECK(support::contains(job.live(true), "input/output error"));
  CHECK(job.names("snapshot").empty());
  CHECK(support::contains(job.live(false), "/checkpoint/journal-1-1.log, byte "));  // half of it was set aside: it still cannot be read
  CHECK(job.live(true) == "");
  CHECK(job.counts == std::vector<long>{1, 2, 3});
}

TEST_CASE("checkpoint: the start that begins anew may end at any call: nothing of the old job comes back, and nothing of it is lost") {
  for (const bool power : {false, true}) {
    bool cut = true;
    for (std::uint64_t call = 1; cut; ++call) {
      CAPTURE(power, call);
      Counting job;
      REQUIRE(job.live(true) == "");
      testing::Files& files = job.world.files();
      files.damage("/checkpoint/journal-1-1.log", 45);
      const std::string damaged = files.content("/checkpoint/journal-1-1.log");
      const std::string snapshot = files.content("/checkpoint/snapshot-0");
      files.stopAt({.call = files.calls() + call, .how = power ? testing::StopPoint::How::PowerLoss : testing::StopPoint::How::Kill, .seed = call});
      static_cast<void>(job.live(true, 0s));
      cut = files.stopped();
      files.restart();
      REQUIRE(job.live(true) == "");
      CHECK(job.counts == std::vector<long>{1, 2, 3});
      CHECK(files.content("/checkpoint/unreadable-1-journal-1-1.log") == damaged);
      CHECK(files.content("/checkpoint/unreadable-1-snapshot-0") == snapshot);
    }
  }
}

TEST_CASE("checkpoint: getOrCreate refuses a function that gives none, and createOnError for one that has started") {
  Counting job;
  CHECK(support::messageOf<std::invalid_argument>([] { static_cast<void>(StreamingContext::getOrCreate("/checkpoint", [] { return std::unique_ptr<StreamingContext>(); })); }) ==
        "dstream: getOrCreate: the function gave no StreamingContext");
  Context context("local[2]", "job", support::quiet(), job.world);
  job.own = true;
  const auto started = [&] {
    auto stream = job.make(context)();
    stream->start();
    return stream;
  };
  CHECK_THROWS_AS(StreamingContext::getOrCreate("/checkpoint", started, true), IllegalState);
  CHECK(StreamingContext::getActive() == nullptr);
}

TEST_CASE("checkpoint: getActiveOrCreate of a directory gives the active one, else what getOrCreate gives") {
  Counting job;
  CHECK(job.live(false) == "");
  job.world.files().damage("/checkpoint/journal-1-1.log", 45);
  Context context("local[2]", "job", support::quiet(), job.world);
  int made = 0;
  const auto make = [&, inner = job.make(context)] {
    ++made;
    return inner();
  };
  CHECK_THROWS_AS(StreamingContext::getActiveOrCreate("/checkpoint", make)->start(), CheckpointError);
  {
    const auto stream = StreamingContext::getActiveOrCreate("/checkpoint", make, true);
    CHECK(stream.created());
    stream->start();
    const auto same = StreamingContext::getActiveOrCreate("/elsewhere", make);
    CHECK_FALSE(same.created());
    CHECK(&*same == &*stream);
    CHECK(made == 2);
    job.counts.clear();
    job.world.advance(1s);
    CHECK(job.counts == std::vector<long>{1});
  }
  CHECK(StreamingContext::getActive() == nullptr);
}

}  // namespace
