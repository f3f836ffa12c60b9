// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/textFileStream.hpp>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/random.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::messageOf;
using support::quiet;
using support::Stage;
using Texts = std::vector<std::string>;

constexpr Nanos second = 1'000'000'000;

Texts texts(const FileIgnored& ignored) { return {ignored.path, ignored.reason}; }

struct Directory {
  explicit Directory(FileOptions options = {}, Configuration configuration = quiet()) : stage(configuration) {
    stage.world.files().makeDirectory("/in");
    stage.stream.textFileStream("/in", std::move(options)) | foreachRDD([this](const auto& batch) {
      batches.push_back(batch.collect());
      partitions.push_back(batch.partitions());
    });
  }
  testing::Files& files() { return stage.world.files(); }
  void tick() { stage.world.advance(1s); }

  Stage stage;
  std::vector<Texts> batches;
  std::vector<std::size_t> partitions;
};

TEST_CASE("textFileStream: the lines of each new file, one partition a file, in the order of paths") {
  Directory test;
  test.files().put("/in/old", "old\n");
  test.stage.stream.start();
  test.stage.world.advance(1ms);
  test.tick();
  test.files().put("/in/b", "three\r\n\nfour");
  test.files().put("/in/a", "one\ntwo\n");
  test.tick();
  test.tick();
  CHECK(test.batches == std::vector<Texts>{{}, {"one", "two", "three", "", "four"}, {}});
  CHECK(test.partitions == std::vector<std::size_t>{0, 2, 0});
  const auto taken = test.stage.told.all<FilesTaken>();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].paths == Texts{"/in/a", "/in/b"});
  CHECK(taken[0].bytes == 20);
  CHECK(taken[0].batch.seq == 2);
}

TEST_CASE("textFileStream: a file modified after a batch's time waits for its own") {
  Directory test;
  test.stage.stream.start();
  test.stage.world.advance(1ms);
  test.files().put("/in/later", "x\n", Stage::beginning + 1 * second);  // the first batch is at beginning + 0.75 s
  test.tick();
  CHECK(test.batches == std::vector<Texts>{{}});
  test.tick();
  CHECK(test.batches == std::vector<Texts>{{}, {"x"}});
}

TEST_CASE("textFileStream: every cut into parts and every line length gives the lines once") {
  support::Random random(7);
  for (int round = 0; round < 60; ++round) {
    std::string content;
    Texts lines;
    const std::size_t count = random.below(40);
    for (std::size_t line = 0; line < count; ++line) {
      std::string text(random.below(4) == 0 ? random.below(300) : random.below(9), static_cast<char>('a' + line % 26));
      content += text;
      if (line + 1 < count || text.empty() || random.below(2) == 0) content += random.below(3) == 0 ? "\r\n" : "\n";
      lines.push_back(std::move(text));
    }
    Directory test({}, {.blockBytes = 256, .maxRecordBytes = 400, .stopOnSignals = false, .defaultListener = false});
    test.stage.stream.start();
    test.stage.world.advance(1ms);
    test.files().put("/in/file", content);
    test.tick();  // slices of 64 bytes
    CAPTURE(round, content);
    REQUIRE(test.batches == std::vector<Texts>{lines});
  }
}

TEST_CASE("textFileStream: a line over the limit is dropped with an event, and nothing else") {
  for (const std::size_t length : {std::size_t{9}, std::size_t{10}, std::size_t{11}, std::size_t{64}, std::size_t{1000}}) {
    for (const bool last : {false, true}) {
      Directory test({}, {.maxRecordBytes = 10, .stopOnSignals = false, .defaultListener = false});
      test.stage.stream.start();
      test.stage.world.advance(1ms);
      test.files().put("/in/file", "before\n" + std::string(length, 'x') + (last ? "" : "\nafter\nand"));
      test.tick();
      const bool fits = length + (last ? 0 : 1) <= 10;
      Texts expected{"before"};
      if (fits) expected.emplace_back(length, 'x');
      if (!last) expected.insert(expected.end(), {"after", "and"});
      CAPTURE(length, last);
      CHECK(test.batches == std::vector<Texts>{expected});
      const auto dropped = test.stage.told.all<DataDropped>();
      REQUIRE(dropped.size() == (fits ? 0 : 1));
      if (!fits) CHECK(dropped[0].bytes == length + (last ? 0 : 1));
    }
  }
}

TEST_CASE("textFileStream: bytes pass unchanged, and a byte-order mark goes only when asked") {
  for (const bool strip : {false, true}) {
    Directory test({.stripBom = strip});
    test.stage.stream.start();
    test.stage.world.advance(1ms);
    test.files().put("/in/file", std::string("\xEF\xBB\xBF\xFFone\0two\n\xEF\xBB\xBFx\n", 17));
    test.tick();
    CHECK(test.batches == std::vector<Texts>{{(strip ? "" : "\xEF\xBB\xBF") + std::string("\xFFone\0two", 8), "\xEF\xBB\xBFx"}});
  }
}

TEST_CASE("textFileStream: take reads no further than it must") {
  Stage stage;
  stage.world.files().makeDirectory("/in");
  Texts first;
  stage.stream.textFileStream("/in") | foreachRDD([&](const auto& batch) { first = batch.take(2); });
  stage.stream.start();
  stage.world.advance(1ms);  // a file of the moment the stream was made is not new
  stage.world.files().put("/in/a", "1\n2\n3\n");
  stage.world.files().put("/in/b", "4\n");
  stage.world.files().failNext("open", "/in/b");
  stage.world.advance(1s);
  CHECK(first == Texts{"1", "2"});
  CHECK(stage.told.all<OutputCompleted>().at(0).failure.empty());
}

TEST_CASE("textFileStream: a file that vanishes, shrinks, is modified or cannot be read after it was taken fails its batch, by name; later batches run") {
  const auto spoilt = [](auto spoil) {
    Stage stage;
    stage.world.files().makeDirectory("/in");
    Texts all;
    stage.stream.textFileStream("/in") | foreachRDD([&](const auto& batch) {
      if (batch.batch().seq == 1) spoil(stage.world.files());
      for (auto& line : batch.collect()) all.push_back(std::move(line));
    });
    stage.stream.start();
    stage.world.advance(1ms);
    stage.world.files().put("/in/file", "one\ntwo\n");
    stage.world.advance(1s);
    stage.world.files().put("/in/next", "three\n");
    stage.world.advance(1s);
    CHECK(all == Texts{"three"});
    return messageOf<FileError>([&] { stage.stream.awaitTermination(); });
  };
  CHECK(spoilt([](testing::Files& files) { files.remove("/in/file"); }) == "dstream: open /in/file: no such file or directory");
  CHECK(spoilt([](testing::Files& files) { files.put("/in/file", "one\n"); }) == "dstream: read /in/file: it is shorter than when its batch took it");
  CHECK(spoilt([](testing::Files& files) { files.put("/in/file", "six\nten\n", files.info("/in/file").modified + 1); }) == "dstream: read /in/file: it was modified after its batch took it");
  CHECK(spoilt([](testing::Files& files) { files.failNext("read", "/in/file"); }) == "dstream: read /in/file: input/output error");
  CHECK(spoilt([](testing::Files& files) {
          files.remove("/in/file");
          files.putSpecial("/in/file");
        }) == "dstream: read /in/file: it is no longer a regular file");
}

TEST_CASE("textFileStream: outputs of one batch see the same lines, or the batch fails") {
  Stage stage;
  stage.world.files().makeDirectory("/in");
  Texts first;
  Texts again;
  auto lines = stage.stream.textFileStream("/in");
  lines | foreachRDD([&](const auto& batch) {
    first = batch.collect();
    stage.world.files().put("/in/file", "22\n3\n", batch.time().nanoseconds);
  });
  lines | foreachRDD([&](const auto& batch) { again = batch.collect(); });
  stage.stream.start();
  stage.world.advance(1ms);
  stage.world.files().put("/in/file", "1\n22\n");
  stage.world.advance(1s);
  CHECK(first == Texts{"1", "22"});
  CHECK(again.empty());
  CHECK(messageOf<FileError>([&] { static_cast<void>(stage.stream.awaitTerminationOrTimeout(0s)); }) == "dstream: read /in/file: it was modified after its batch took it");
}

TEST_CASE("textFileStream: of a file that grew after it was taken, what was there is read, and the rest is said") {
  Stage stage;
  stage.world.files().makeDirectory("/in");
  Texts lines;
  stage.stream.textFileStream("/in") | foreachRDD([&](const auto& batch) {
    if (batch.batch().seq == 1) stage.world.files().put("/in/file", "one\ntwo\nthree\n");
    for (auto& line : batch.collect()) lines.push_back(std::move(line));
  });
  stage.stream.start();
  stage.world.advance(1ms);  // a file of the moment the stream was made is not new
  stage.world.files().put("/in/file", "one\ntwo\n");
  stage.world.advance(3s);
  CHECK(lines == Texts{"one", "two"});
  const auto ignored = stage.told.all<FileIgnored>();
  REQUIRE(ignored.size() == 1);
  CHECK(texts(ignored[0]) == Texts{"/in/file", "it grew by 6 bytes after its batch took it, or a longer one replaced it; they are not read"});
}

TEST_CASE("textFileStream: windows read their files again, cache reads them once") {
  for (const bool cached : {false, true}) {
    Stage stage;
    stage.world.files().makeDirectory("/in");
    std::vector<Texts> windows;
    const auto keep = foreachRDD([&](const auto& batch) { windows.push_back(batch.collect()); });
    auto lines = stage.stream.textFileStream("/in");
    if (cached) {
      lines | cache() | window(2s, 1s) | keep;
    } else {
      lines | window(2s, 1s) | keep;
    }
    stage.stream.start();
    stage.world.advance(1ms);
    stage.world.files().put("/in/a", "1\n");
    stage.world.advance(1s);
    stage.world.files().put("/in/b", "2\n");
    if (cached) stage.world.files().remove("/in/a");
    stage.world.advance(2s);
    CHECK(windows == std::vector<Texts>{{"1"}, {"1", "2"}, {"2"}});
  }
}

TEST_CASE("textFileStream: a graceful stop takes what was there") {
  Directory test;
  test.stage.stream.start();
  test.stage.world.advance(1ms);
  test.files().put("/in/file", "x\n");
  const StopReport report = test.stage.stream.stop(false, true);
  CHECK(report.graceful);
  CHECK(test.batches.at(0) == Texts{"x"});
}

TEST_CASE("textFileStream: what cannot be asked for is refused at once") {
  Stage stage;
  CHECK_THROWS_AS(stage.stream.textFileStream(""), std::invalid_argument);
  CHECK_THROWS_AS(stage.stream.textFileStream("/in", {.minRememberDuration = 0s}), std::invalid_argument);
  stage.anOutput();
  stage.stream.start();
  stage.world.advance(1ms);  // a file of the moment the stream was made is not new
  CHECK_THROWS_AS(stage.stream.textFileStream("/in"), IllegalState);
}

TEST_CASE("textFileStream: a real book, renamed into a real directory, word for word") {
  const auto book = support::testData("donQuijote.txt");
  if (!book) {
    WARN("the book is not there; skipped");
    return;
  }
  const support::TemporaryDirectory directory;
  const std::string text = *book;
  std::map<std::string, long> expected;
  std::istringstream words(text);
  for (std::string word; words >> word;) ++expected[word];

  Configuration configuration = quiet();
  configuration.gracefulStopTimeout = 100s;  // on a busy machine, with sanitizers
  Context context("local[2]", "book", configuration);
  StreamingContext stream(context, 50ms);
  std::map<std::string, long> counted;
  std::size_t files = 0;
  stream.textFileStream(directory.path()) | flatMap(splitWords) | map([](auto word) { return std::pair{word, 1L}; }) | reduceByKey(plus) |
      foreachRDD([&](const auto& batch) {
        for (const auto& [word, count] : batch.collect()) counted[std::string(word)] += count;
      });
  stream.addStreamingListener([&](const Event& event) {
    if (const auto* taken = event.as<FilesTaken>()) files += taken->paths.size();
  });
  stream.start();
  std::ofstream(directory.path() + "/.part", std::ios::binary) << text;
  context.world().files().rename(directory.path() + "/.part", directory.path() + "/book.txt");
  const StopReport report = stream.stop(true, true);
  CHECK(report.graceful);
  CHECK(files == 1);
  CHECK(counted == expected);
}

TEST_CASE("textFileStream: under a checkpoint a window keeps what it has of a file that goes or changes; with a restart and without") {
    for (const bool restart : {false, true}) {
        INFO("restart " << restart);
        testing::World world(support::Stage::beginning);
        std::vector<std::vector<std::string>> seen;
        std::optional<Context> context;
        std::optional<StreamingContext> stream;
        const auto begin = [&] {
            stream.reset();
            context.reset();
            context.emplace("local[2]", "job", support::quiet(), world);
            stream.emplace(*context, 1s);
            stream->checkpoint("/checkpoint");
            stream->textFileStream("/in").named("in") | window(3s).named("window") | foreachRDD([&](const auto& batch) { seen.push_back(batch.collect()); });
            stream->start();
        };
        begin();
        world.advance(100ms);
        world.files().put("/in/a", "one\n");
        world.files().put("/in/b", "two\n");
        world.advance(1s);
        world.files().remove("/in/a");
        world.files().put("/in/b", "new\n");
        if (restart) {
            stream->stop(true, false);
            begin();
        }
        world.advance(1s);
        CHECK_FALSE(stream->awaitTerminationOrTimeout(0s));
        stream->stop(true, false);
        CHECK(seen == std::vector<std::vector<std::string>>{{"one", "two"}, {"one", "two"}});
    }
}

}  // namespace
