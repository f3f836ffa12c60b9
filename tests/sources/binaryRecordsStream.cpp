// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/binaryRecordsStream.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using support::messageOf;
using support::Stage;
using Texts = std::vector<std::string>;

Texts recordsOf(const std::string& content, std::size_t length) {
  Stage stage;
  stage.world.files().makeDirectory("/in");
  Texts records;
  stage.stream.binaryRecordsStream("/in", length) | foreachRDD([&](const auto& batch) { records = batch.collect(); });
  stage.stream.start();
  stage.world.advance(1ms);  // a file of the moment the stream was made is not new
  stage.world.files().put("/in/file", content);
  stage.world.advance(1s);
  static_cast<void>(stage.stream.awaitTerminationOrTimeout(0s));
  return records;
}

TEST_CASE("binaryRecordsStream: every length gives the file's bytes in order, however it is cut") {
  std::string content;
  for (int i = 0; i < 1200; ++i) content += static_cast<char>(i * 7);
  for (const std::size_t length : {1U, 2U, 3U, 5U, 16U, 24U, 50U, 60U, 100U, 240U, 600U, 1200U}) {
    Texts expected;
    for (std::size_t at = 0; at < content.size(); at += length) expected.push_back(content.substr(at, length));
    CAPTURE(length);
    CHECK(recordsOf(content, length) == expected);
  }
}

TEST_CASE("binaryRecordsStream: records larger than a piece are read whole") {
  const std::string content(3 * FixedRecords::pieceBytes + 3, '\0');
  const auto records = recordsOf(content, FixedRecords::pieceBytes + 1);
  REQUIRE(records.size() == 3);
  CHECK(records[2].size() == FixedRecords::pieceBytes + 1);
}

TEST_CASE("binaryRecordsStream: a file of another size fails its batch with both lengths") {
  CHECK(messageOf<FileError>([] { recordsOf("1234567", 4); }) == "dstream: read /in/file: its last record has 3 bytes instead of 4");
  CHECK_THROWS_AS(recordsOf("x", 0), std::invalid_argument);
}

}  // namespace
