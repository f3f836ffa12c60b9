// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/snapshot.hpp>

#include <cstddef>
#include <string>
#include <vector>

#include "checkpoint/formats.hpp"
#include "support/catch.hpp"

namespace {

using support::Disk;
using support::snapshotText;

TEST_CASE("snapshot: what was written comes back, and nothing else is left") {
  Disk disk;
  support::putSnapshot(disk, 12);
  CHECK(snapshotText(disk, 12) == "12/3 job 1000000000 7 8 2\ncounts:text:abc\nfiles:(text, int64):" + std::string("\0\xff", 2) + "\nnone::");
  CHECK(disk.files.paths() == std::vector<std::string>{"/", "/c", "/c/snapshot-12"});
}

TEST_CASE("snapshot: every length but the whole one is refused") {
  Disk disk;
  support::putSnapshot(disk, 12);
  const std::string whole = disk.files.content("/c/snapshot-12");
  const std::string text = snapshotText(disk, 12);
  REQUIRE_FALSE(text.empty());
  std::size_t refused = 0;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    disk.files.put("/c/snapshot-12", whole.substr(0, length));
    if (snapshotText(disk, 12).empty()) ++refused;
  }
  CHECK(refused == whole.size());
  for (const std::string& more : {std::string(1, '\0'), std::string(200, 'x'), whole}) {
    disk.files.put("/c/snapshot-12", whole + more);
    CHECK(snapshotText(disk, 12).empty());
  }
}

TEST_CASE("snapshot: every flipped bit is refused") {
  Disk disk;
  support::putSnapshot(disk, 12);
  const std::string whole = disk.files.content("/c/snapshot-12");
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    disk.files.put("/c/snapshot-12", flipped);
    if (snapshotText(disk, 12).empty()) ++refused;
  }
  CHECK(refused == 8 * whole.size());
}

TEST_CASE("snapshot: one under another's name is refused") {
  Disk disk;
  support::putSnapshot(disk, 12);
  disk.files.put("/c/snapshot-13", disk.files.content("/c/snapshot-12"));
  CHECK(snapshotText(disk, 13).empty());
}

TEST_CASE("snapshot: each call of the file system that fails leaves nothing that is seen") {
  for (const auto& [operation, path] : std::vector<std::pair<std::string, std::string>>{
           {"create", "/c/snapshot-12.tmp"}, {"write", "/c/snapshot-12.tmp"}, {"sync", "/c/snapshot-12.tmp"}, {"rename", "/c/snapshot-12.tmp"}}) {
    CAPTURE(operation);
    Disk disk;
    disk.files.failNext(operation, path);
    CHECK_THROWS_AS(support::putSnapshot(disk, 12), dstream::FileError);
    CHECK(disk.files.paths() == std::vector<std::string>{"/", "/c"});
  }
}

}  // namespace
