// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/rawSocketStream.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::quiet;
using support::Stage;
using Record = std::pair<std::string, long>;

template <class T>
std::string block(const std::vector<T>& records) {
  std::string content;
  for (const T& record : records) Codec<T>::encode(record, content);
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(content.size() >> shift);
  return bytes + content;
}

template <class T>
struct Raw {
  explicit Raw(Configuration configuration = quiet()) : stage(configuration) {
    stage.world.listen("server", 9);
    stage.stream.template rawSocketStream<T>("server", 9) | foreachRDD([this](const auto& batch) {
      for (auto& record : batch.collect()) all.push_back(std::move(record));
      first = batch.take(1);
    });
    stage.stream.start();
    stage.world.runUntilQuiet();
    peer = stage.world.accept("server", 9);
    stage.world.runUntilQuiet();
  }
  Stage stage;
  testing::Peer peer;
  std::vector<Kept<T>> all;
  std::vector<Kept<T>> first;
};

TEST_CASE("rawSocketStream: blocks of records, cut anywhere, empty ones too") {
  Raw<Record> raw;
  const std::string bytes = block<Record>({{"a", 1}, {"b", 2}}) + block<Record>({}) + block<Record>({{std::string(500, 'c'), 3}});
  for (const char byte : bytes) raw.peer.send(std::string(1, byte));
  raw.stage.world.advance(1s);
  CHECK(raw.all == std::vector<Record>{{"a", 1}, {"b", 2}, {std::string(500, 'c'), 3}});
  CHECK(raw.first == std::vector<Record>{{"a", 1}});
}

TEST_CASE("rawSocketStream: texts are views into the receive buffer, and owned when they are kept") {
  Raw<std::string_view> raw;
  raw.peer.send(block<std::string>({"one", "", "three"}));
  raw.stage.world.advance(1s);
  CHECK(raw.all == std::vector<std::string>{"one", "", "three"});
}

TEST_CASE("rawSocketStream: a length is not believed: negative ends the connection, 2 GiB allocates nothing, other content is passed over") {
  Raw<Record> raw({.blockMemory = 1 << 16, .blockBytes = 1 << 12, .maxRecordBytes = 1 << 12, .stopOnSignals = false, .defaultListener = false});
  raw.peer.send(block<std::string>({"not a pair"}) + block<Record>({{"x", 7}}));
  raw.peer.send("\x7F\xFF\xFF\xFF some of it");
  raw.stage.world.advance(1s);
  CHECK(raw.all == std::vector<Record>{{"x", 7}});
  CHECK_FALSE(raw.peer.closedByLibrary());
  raw.stage.world.advance(1s);
  auto dropped = raw.stage.told.all<DataDropped>();
  REQUIRE_FALSE(dropped.empty());
  CHECK(dropped.back().reason == "a record over the limit of maxRecordBytes = 4096 bytes");

  Raw<Record> other;
  other.peer.send(block<Record>({{"x", 7}}) + "\xFF\xFF\xFF\xFE");
  other.stage.world.advance(1s);
  CHECK(other.all == std::vector<Record>{{"x", 7}});
  CHECK(other.peer.closedByLibrary());
  CHECK(other.stage.stream.receivers().at(0).lastError == "server:9: a block of negative length -2");
}

TEST_CASE("rawSocketStream: records that are encoded to nothing are a byte each, and no other byte is one") {
  Raw<std::tuple<>> raw;
  raw.peer.send(std::string("\0\0\0\2\1\1", 6) + std::string("\0\0\0\2\1a", 6));
  raw.stage.world.advance(1s);
  CHECK(raw.all.size() == 2);
}

TEST_CASE("rawSocketStream: what it refuses, in its name") {
  Stage stage;
  CHECK_THROWS_WITH(stage.stream.rawSocketStream<long>("server", 0), "dstream: rawSocketStream needs a port, from 1 to 65535: 0 is none");
  CHECK_THROWS_WITH(stage.stream.rawSocketStream<long>("server", 9, {.idleTimeout = -1s}), "dstream: rawSocketStream: idleTimeout must not be negative");
}

}  // namespace
