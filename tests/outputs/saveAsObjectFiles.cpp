// SPDX-License-Identifier: BSL-1.0
#include <dstream/outputs/saveAsObjectFiles.hpp>
#include <dstream/sources/objectFileStream.hpp>

#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::messageOf;
using support::Stage;
using Record = std::pair<std::string, std::vector<long>>;
using Records = std::vector<Record>;

Records someRecords(int count) {
  Records records;
  for (int i = 0; i < count; ++i) records.emplace_back(std::string(static_cast<std::size_t>(i % 50), 'k'), std::vector<long>(static_cast<std::size_t>(i % 3), i));
  return records;
}

template <class R>
struct BackAs {
  BackAs() {
    stage.world.files().makeDirectory("/in");
    stage.stream.objectFileStream<R>("/in") | foreachRDD([this](const auto& batch) { records = batch.collect(); });
    stage.stream.start();
    stage.world.advance(1ms);
  }
  std::string failure() {
    stage.world.advance(1s);
    return messageOf<FileError>([&] { static_cast<void>(stage.stream.awaitTerminationOrTimeout(0s)); });
  }
  Stage stage;
  std::vector<R> records;
};
using Back = BackAs<Record>;

// The file that saveAsObjectFiles makes of them.
template <class R>
std::string written(const std::vector<R>& records) {
  Stage stage;
  BatchQueue<R> queue;
  stage.stream.queueStream(queue) | saveAsObjectFiles("/out/o");
  stage.stream.start();
  queue.push(records);
  stage.world.advance(1s);
  CHECK(stage.world.files().exists("/out/o-1000001000/_SUCCESS"));
  return stage.world.files().content("/out/o-1000001000/part-00000");
}

TEST_CASE("saveAsObjectFiles: objectFileStream reads back what was saved, from many frames") {
  for (const int count : {1, 5, 20'000}) {
    Back back;
    back.stage.world.files().put("/in/part-00000", written(someRecords(count)));
    back.stage.world.files().put("/in/_SUCCESS", "x");
    CHECK(back.failure() == "(nothing was thrown)");
    CHECK(back.records == someRecords(count));
  }
}

TEST_CASE("saveAsObjectFiles: records of no bytes are as many as they were, and no other file is one of them") {
  BackAs<std::tuple<>> back;
  back.stage.world.files().put("/in/part-00000", written(std::vector<std::tuple<>>(70'000)));
  CHECK(back.failure() == "(nothing was thrown)");
  CHECK(back.records.size() == 70'000);
  BackAs<std::tuple<>> other;
  other.stage.world.files().put("/in/part-00000", written(std::vector<int>{7}));
  CHECK(other.failure() == "dstream: read /in/part-00000: the frame at byte 16 holds other records: dstream: decode: bytes where a value has none");
}

TEST_CASE("objectFileStream: a file of something else, cut short or with a flipped bit fails its batch, by name and place") {
  const std::string good = written(someRecords(5000));
  const auto failureOf = [](std::string content) {
    Back back;
    back.stage.world.files().put("/in/part-00000", std::move(content));
    return back.failure();
  };
  CHECK(failureOf("some text") == "dstream: read /in/part-00000: it is not a file of saveAsObjectFiles");
  CHECK(failureOf("short") == "dstream: read /in/part-00000: the frame at byte 0 is cut short");
  CHECK(support::contains(failureOf(good.substr(0, good.size() - 1)), "is cut short"));
  CHECK(support::contains(failureOf(good.substr(0, good.size() - 1) + static_cast<char>(good.back() ^ 1)), "has a wrong checksum"));
  std::string flipped = good;
  flipped[100] = static_cast<char>(flipped[100] ^ 4);
  CHECK(failureOf(flipped) == "dstream: read /in/part-00000: the frame at byte 16 has a wrong checksum");

  Stage stage;
  stage.world.files().makeDirectory("/in");
  stage.stream.objectFileStream<std::vector<std::string>>("/in") | foreachRDD([](const auto& batch) { static_cast<void>(batch.count()); });
  stage.stream.start();
  stage.world.advance(1ms);
  stage.world.files().put("/in/part-00000", good);
  stage.world.advance(1s);
  CHECK(support::contains(messageOf<FileError>([&] { stage.stream.awaitTermination(); }), "the frame at byte 16 holds other records: dstream: decode: "));
}

}  // namespace
