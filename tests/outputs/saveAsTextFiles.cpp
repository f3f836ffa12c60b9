// SPDX-License-Identifier: BSL-1.0
#include <dstream/outputs/batch_directory.hpp>
#include <dstream/outputs/saveAsTextFiles.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::messageOf;
using support::quiet;
using support::Stage;
using Numbers = std::vector<int>;
using Paths = std::vector<std::string>;

Paths files(Stage& stage) {
  Paths paths;
  for (auto& path : stage.world.files().paths())
    if (path.find('.') == std::string::npos || path.find("/.") == std::string::npos) paths.push_back(path);
  return paths;
}

TEST_CASE("saveAsTextFiles: a directory a batch, a file a partition, a line a record, and _SUCCESS") {
  Stage stage;
  stage.stream.queueStream(stage.queue) | map([](int i) { return std::pair{i, "x" + std::to_string(i)}; }) | saveAsTextFiles("/out/deep/words", "txt");
  CHECK(stage.stream.explain().ends_with("#2 output saveAsTextFiles \"output 0\"\n"));
  stage.stream.start();
  stage.queue.push(std::vector<Numbers>{{1, 2}, {}, {3}});
  stage.world.advance(2s);
  const std::string first = "/out/deep/words-1000001000.txt";
  const std::string second = "/out/deep/words-1000002000.txt";
  CHECK(stage.world.files().paths() == Paths{"/", "/out", "/out/deep", first, first + "/_SUCCESS", first + "/part-00000", first + "/part-00001", first + "/part-00002", second, second + "/_SUCCESS"});
  CHECK(stage.world.files().content(first + "/part-00000") == "(1,x1)\n(2,x2)\n");
  CHECK(stage.world.files().content(first + "/part-00001").empty());
  CHECK(stage.world.files().content(first + "/part-00002") == "(3,x3)\n");
}

TEST_CASE("saveAsTextFiles: names with an empty prefix, without a suffix, and of batches that are not whole milliseconds apart") {
  CHECK(detail::batchName("a", "b", "1") == "a-1.b");
  CHECK(detail::batchName("", "b", "1") == "1.b");
  CHECK(detail::batchName("a", "", "1") == "a-1");
  CHECK(detail::batchName("", "", "1") == "1");
  CHECK(detail::timeName(1'500'000'000, 1'000'000'000) == "1500");
  CHECK(detail::timeName(1'500'000'000, 500'000) == "1500000");
  CHECK(detail::timeName(1'500'000'000, 1'500'001) == "1500000000");
}

TEST_CASE("saveAsTextFiles: large partitions are written in pieces, in order") {
  Stage stage;
  stage.stream.queueStream(stage.queue) | saveAsTextFiles("/out/n");
  stage.stream.start();
  Numbers numbers;
  std::string expected;
  for (int i = 0; i < 50'000; ++i) {
    numbers.push_back(i);
    expected += std::to_string(i) + "\n";
  }
  stage.queue.push(std::move(numbers));
  stage.world.advance(1s);
  CHECK(stage.world.files().content("/out/n-1000001000/part-00000") == expected);
}

TEST_CASE("saveAsTextFiles: skipEmpty makes no directory for a batch of nothing") {
  Stage stage;
  stage.stream.queueStream(stage.queue) | saveAsTextFiles("/out/n", "", {.skipEmpty = true});
  stage.stream.start();
  stage.queue.push(Numbers{});
  stage.queue.push(Numbers{1});
  stage.world.advance(3s);
  CHECK(files(stage) == Paths{"/", "/out", "/out/n-1000002000", "/out/n-1000002000/_SUCCESS", "/out/n-1000002000/part-00000"});
}

TEST_CASE("saveAsTextFiles: nothing is seen of a batch that fails, nothing is left of it, and later ones are saved") {
  for (const std::string operation : {"create", "write", "sync", "rename", "sync directory", "throw"}) {
    Stage stage;
    const std::string staged = "/out/.n-1000001000.staged";
    bool throws = operation == "throw";
    stage.stream.queueStream(stage.queue) | map([&throws](int i) {
      if (std::exchange(throws, false)) throw std::runtime_error("no such number");
      return i;
    }) | saveAsTextFiles("/out/n");
    stage.stream.start();
    const bool ofDirectory = operation == "rename" || operation == "sync directory";
    stage.world.files().failNext(operation, ofDirectory ? staged : staged + "/part-00001", FileError::Why::NoSpace, "no space left on device");
    stage.queue.push(std::vector<Numbers>{{1}, {2}});
    stage.world.advance(1s);
    CAPTURE(operation);
    CHECK(stage.world.files().paths() == Paths{"/", "/out"});
    CHECK(support::contains(stage.told.all<OutputCompleted>().at(0).failure, throws || operation == "throw" ? "no such number" : "no space left on device"));
    CHECK_THROWS(stage.stream.awaitTermination());
    stage.queue.push(Numbers{3});
    stage.world.advance(1s);
    CHECK(stage.world.files().content("/out/n-1000002000/part-00000") == "3\n");
  }
}

TEST_CASE("saveAsTextFiles: a disk that becomes full in the middle of a file") {
  Stage stage;
  stage.stream.queueStream(stage.queue) | saveAsTextFiles("/out/n");
  stage.stream.start();
  stage.world.files().setFreeBytes(3);
  stage.queue.push(Numbers{1, 2, 3});
  stage.world.advance(1s);
  CHECK(messageOf<FileError>([&] { stage.stream.awaitTermination(); }) == "dstream: write /out/.n-1000001000.staged/part-00000: no space left on device");
  CHECK(stage.world.files().paths() == Paths{"/", "/out"});
}

TEST_CASE("saveAsTextFiles: a batch's directory of an earlier run is replaced, with what a dead process had staged; anything else is not touched") {
  Stage stage;
  stage.world.files().put("/out/n-1000001000/part-00000", "old\n");
  stage.world.files().put("/out/n-1000001000/part-00007", "old\n");
  stage.world.files().put("/out/n-1000001000/_SUCCESS", "");
  stage.world.files().put("/out/.n-1000001000.staged/part-00000", "half");
  stage.world.files().put("/out/n-1000002000/precious", "keep\n");
  stage.stream.queueStream(stage.queue) | saveAsTextFiles("/out/n");
  stage.stream.start();
  stage.queue.push(Numbers{1});
  stage.world.advance(1s);
  CHECK(stage.world.files().content("/out/n-1000001000/part-00000") == "1\n");
  CHECK_FALSE(stage.world.files().exists("/out/n-1000001000/part-00007"));
  stage.world.advance(1s);
  CHECK(messageOf<FileError>([&] { stage.stream.awaitTermination(); }) ==
        "dstream: replace /out/n-1000002000: it holds precious, which is none of a batch's files");
  CHECK(stage.world.files().content("/out/n-1000002000/precious") == "keep\n");
  CHECK(files(stage).size() == 7);
}

TEST_CASE("saveAsTextFiles: rolling, batches share a directory until its time is over") {
  Stage stage;
  stage.stream.queueStream(stage.queue) | saveAsTextFiles("/out/n", "log", {.skipEmpty = true, .rollEvery = 3s});
  stage.stream.start();
  for (int i = 1; i <= 4; ++i) stage.queue.push(Numbers{i});
  stage.world.advance(4s);
  const std::string first = "/out/n-999999000.log";
  const std::string second = "/out/n-1000002000.log";
  CHECK(stage.world.files().paths() == Paths{"/", "/out", second, second + "/part-1000002000-00000", second + "/part-1000003000-00000", second + "/part-1000004000-00000", first,
                                             first + "/_SUCCESS", first + "/part-1000001000-00000"});
  CHECK(stage.world.files().content(second + "/part-1000003000-00000") == "3\n");
  stage.world.advance(1s);
  CHECK(stage.world.files().exists(second + "/_SUCCESS"));
  CHECK_THROWS_AS(stage.stream.queueStream(stage.queue), IllegalState);
}

TEST_CASE("saveAsTextFiles: rolling, a directory that somebody takes before its time is over is done, and the stream goes on") {
  Stage stage;
  stage.stream.queueStream(stage.queue) | saveAsTextFiles("/out/n", "log", {.rollEvery = 3s});
  stage.stream.start();
  for (int i = 1; i <= 5; ++i) stage.queue.push(Numbers{i});
  stage.world.advance(4s);
  stage.world.files().rename("/out/n-1000002000.log", "/out/taken");
  stage.world.advance(3s);
  CHECK(stage.told.all<BatchFailed>().empty());
  CHECK(stage.world.files().exists("/out/n-1000005000.log/part-1000005000-00000"));
  CHECK_FALSE(stage.world.files().exists("/out/n-1000002000.log/_SUCCESS"));
}

TEST_CASE("saveAsTextFiles: two outputs with one prefix and suffix are refused, whatever they save, and however the path is written") {
  Stage stage;
  const auto numbers = stage.stream.queueStream(stage.queue);
  const std::string refusal = "dstream: two outputs save to /out/n-TIME; give each a prefix of its own";
  numbers | saveAsTextFiles("/out/n");
  CHECK(messageOf<std::invalid_argument>([&] { numbers | saveAsTextFiles("/out/n"); }) == refusal);
  CHECK(messageOf<std::invalid_argument>([&] { numbers | saveAsObjectFiles("/out/n", "", {.rollEvery = 2s}); }) == refusal);
  CHECK(messageOf<std::invalid_argument>([&] { numbers | saveAsTextFiles("//./out///n").named("other"); }) == refusal);
  CHECK_NOTHROW(numbers | saveAsTextFiles("out/n"));
  CHECK_NOTHROW(numbers | saveAsTextFiles("/out/n", "txt"));
  CHECK_NOTHROW(numbers | saveAsTextFiles("/out/n/"));
  CHECK(messageOf<std::invalid_argument>([&] { numbers | saveAsTextFiles("./out/n"); }) == "dstream: two outputs save to out/n-TIME; give each a prefix of its own");
}

/// Numbers from 1 on, one a batch, saved by a job with a checkpoint; it lives for so long or as long as its disk does. What start refused, or "".
std::string saves(testing::World& world, const std::string& job, const std::string& prefix, std::chrono::nanoseconds time, SaveOptions options = {}) {
  std::string refusal;
  try {
    static const Numbers numbers{1, 2, 3, 4, 5, 6, 7, 8};
    Context context("local[2]", job, quiet(), world);
    StreamingContext stream(context, 1s);
    stream.checkpoint("/checkpoint-" + job);
    stream.rangeStream(numbers, 1).named("numbers") | saveAsTextFiles(prefix, "", options).exactlyOnce();
    stream.start();
    world.advance(time);
  } catch (const std::exception& error) {
    if (!world.files().stopped()) refusal = error.what();
  }
  world.files().onCall([](const testing::FileCall&) {});
  world.files().restart();
  return refusal;
}
/// The process will be killed before batch `seq` is shown, which is committed.
void killBeforeShown(testing::World& world, std::uint64_t seq) {
  world.files().onCall([&files = world.files(), seq](const testing::FileCall& call) {
    if (call.operation == "rename" && support::contains(call.path, "-TIME/" + std::to_string(seq) + "-"))
      files.stopAt({call.number, testing::StopPoint::When::Before, testing::StopPoint::How::Kill});
  });
}
/// What is shown by this prefix, in the order of time.
std::string shown(testing::World& world, const std::string& prefix) {
  std::string text;
  for (const std::string& path : world.files().paths())
    if (path.starts_with(prefix + "-") && support::contains(path, "/part-")) text += world.files().content(path);
  return text;
}

TEST_CASE("saveAsTextFiles: jobs whose names and prefixes run into each other have stages of their own") {
  testing::World world;
  killBeforeShown(world, 2);
  CHECK(saves(world, "a", "/out/b-c", 3s).empty());
  CHECK(shown(world, "/out/b-c") == "1\n");
  CHECK(saves(world, "a-b", "/out/c", 3s).empty());
  CHECK(saves(world, "a-b", "/out/c", 1s).empty());  // whatever a restart takes away
  CHECK(world.files().exists("/out/.dstream-a-b-c-TIME/2-1-1"));
  CHECK(world.files().exists("/out/.dstream-a%2Db-c-TIME"));
  CHECK(saves(world, "a", "/out/b-c", 1s).empty());
  CHECK(shown(world, "/out/b-c").starts_with("1\n2\n"));
}

TEST_CASE("saveAsTextFiles: what an earlier build staged, of a job with a dash, is shown") {
  testing::World world;
  killBeforeShown(world, 2);
  CHECK(saves(world, "a-b", "/out/c", 3s).empty());
  world.files().rename("/out/.dstream-a%2Db-c-TIME", "/out/.dstream-a-b-c-TIME");
  world.files().put("/out/.dstream-a-b-c-TIME/1-1-1/_SUCCESS", "job a\nseq 1\n");
  CHECK(saves(world, "a-b", "/out/c", 1s).empty());
  CHECK(shown(world, "/out/c").starts_with("1\n2\n"));
  CHECK(world.files().exists("/out/.dstream-a-b-c-TIME/1-1-1/_SUCCESS"));
}

TEST_CASE("saveAsTextFiles: what is no directory among the stages is nobody's, and stays") {
  testing::World world;
  CHECK(saves(world, "job", "/out/n", 2s).empty());
  world.files().put("/out/.dstream-job-n-TIME/.nfs0001", "held");
  world.files().put("/out/.dstream-job-n-TIME/9-9-9/part-00000", "half");
  CHECK(saves(world, "job", "/out/n", 2s).empty());
  CHECK(world.files().list("/out/.dstream-job-n-TIME") == Paths{".nfs0001"});
}

TEST_CASE("saveAsTextFiles: rolling, a checkpoint that was restored is refused, and nothing was changed") {
  for (const auto roll : {2s, 60s}) {
    CAPTURE(roll.count());
    testing::World world(Stage::beginning);
    auto& files = world.files();
    const SaveOptions options{.rollEvery = roll};
    CHECK(saves(world, "job", "/out/n", 2s, options).empty());
    std::vector<std::pair<std::string, std::string>> backup;
    for (const std::string& path : files.paths())
      if (path.starts_with("/checkpoint-job/")) backup.emplace_back(path, files.content(path));
    CHECK(saves(world, "job", "/out/n", 3s, options).empty());  // refuses nothing that is committed
    for (const std::string& path : files.paths())
      if (path.starts_with("/checkpoint-job/")) files.remove(path);
    for (const auto& [path, content] : backup) files.put(path, content);
    const Paths before = files.paths();
    CHECK(support::contains(saves(world, "job", "/out/n", 3s, options), "is of this job, and of a later batch than the last committed one, 2: the checkpoint was restored"));
    CHECK(files.paths() == before);
  }
}

TEST_CASE("saveAsTextFiles: rolling, a stretch that is over is closed in its job's name, also by the process behind the one that ended before it could") {
  testing::World world(Stage::beginning);
  auto& files = world.files();
  const std::string first = "/out/n-999999000/_SUCCESS";
  files.onCall([&](const testing::FileCall& call) {
    if (call.operation == "create" && call.path == first) files.stopAt({call.number, testing::StopPoint::When::Before, testing::StopPoint::How::Kill});
  });
  CHECK(saves(world, "job", "/out/n", 3s, {.rollEvery = 3s}).empty());
  CHECK(shown(world, "/out/n") == "1\n");
  CHECK_FALSE(files.exists(first));
  CHECK(saves(world, "job", "/out/n", 1ms, {.rollEvery = 3s}).empty());
  CHECK(files.content("/out/n-1000002000/part-1000002000-00000") == "2\n");
  CHECK(files.content(first) == "job job\n");
  CHECK_FALSE(files.exists("/out/n-1000002000/_SUCCESS"));
  files.remove(first);  // taken by somebody: it is not made again
  CHECK(saves(world, "job", "/out/n", 4s, {.rollEvery = 3s}).empty());
  CHECK_FALSE(files.exists(first));
  CHECK(files.content("/out/n-1000002000/_SUCCESS") == "job job\n");
}

TEST_CASE("saveAsTextFiles: what cannot be asked for is refused at once") {
  Stage stage;
  CHECK_THROWS_AS(saveAsTextFiles("a", "", {.rollEvery = -1s}), std::invalid_argument);
  CHECK_THROWS_AS(stage.stream.queueStream(stage.queue) | saveAsTextFiles("a", "", {.rollEvery = 1500ms}), std::invalid_argument);
}

TEST_CASE("saveAsTextFiles: on a real disk, several workers, and textFileStream reads it back") {
  const support::TemporaryDirectory directory;
  Context context("local[4]", "save", quiet());
  StreamingContext stream(context, 20ms);
  BatchQueue<int> queue;
  stream.queueStream(queue) | repartition(4) | saveAsTextFiles(directory.path() + "/n", "txt", {.skipEmpty = true});
  std::atomic<long> sum{0};
  stream.textFileStream(directory.path() + "/*", {.newFilesOnly = false, .filter = [](std::string_view path) { return path.find("/part-") != std::string_view::npos && path.find("/.") == std::string_view::npos; }}) |
      foreachRDD([&](const auto& batch) {
        for (const auto& line : batch.collect()) sum += std::stol(line);
        context.world().notify();
      });
  Numbers numbers;
  for (int i = 1; i <= 1000; ++i) numbers.push_back(i);
  queue.push(numbers);
  stream.start();
  REQUIRE(context.world().await([&] { return sum >= 500'500; }, context.world().now(Clock::Steady) + 60'000'000'000));
  stream.stop();
  CHECK(sum == 500'500);
  std::size_t hidden = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory.path())) hidden += entry.path().filename().string().starts_with(".") ? 1 : 0;
  CHECK(hidden == 0);
}

}  // namespace
