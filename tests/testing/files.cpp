// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/file_faults.hpp>
#include <dstream/testing/files.hpp>

#include <chrono>
#include <string>
#include <utility>

#include <dstream/testing/world.hpp>

#include "runtime/files_contract.hpp"
#include "support/catch.hpp"

namespace {

using contract::Mode;
using dstream::FileError;
using dstream::FileInfo;
namespace testing = dstream::testing;

TEST_CASE("testing::Files: keep the contract of Files") {
  for (const auto& [name, run] : contract::filesCases) {
    DYNAMIC_SECTION(name) {
      testing::World world;
      world.files().makeDirectory("/root");
      run(world.files(), "/root");
    }
  }
}

TEST_CASE("testing::Files: stamps are the wall clock's") {
  testing::World world(1'000);
  world.files().put("/a/b/file", "x");
  CHECK(world.files().info("/a/b/file").modified == 1'000);
  world.advance(std::chrono::nanoseconds(500));
  world.files().put("/a/later", "x");
  CHECK(world.files().info("/a/later").modified == 1'500);
  world.files().put("/a/old", "x", 7);
  CHECK(world.files().info("/a/old").modified == 7);
  world.files().putSpecial("/a/pipe");
  CHECK(world.files().info("/a/pipe").kind == FileInfo::Kind::Other);
  CHECK(world.files().paths() == std::vector<std::string>{"/", "/a", "/a/b", "/a/b/file", "/a/later", "/a/old", "/a/pipe"});
}

TEST_CASE("testing::Files: failures come once, where they were asked for") {
  testing::World world;
  auto& files = world.files();
  files.put("/file", "content");
  for (const std::string operation : {"open", "examine"}) {
    files.failNext(operation, "/file", FileError::Why::Denied, "permission denied");
    const auto call = [&] { operation == "open" ? static_cast<void>(files.open("/file", Mode::Read)) : static_cast<void>(files.info("/file")); };
    CHECK(contract::whyOf(call, "/file") == FileError::Why::Denied);
    CHECK_NOTHROW(call());
  }
}

TEST_CASE("testing::Files: what belongs to another user is refused where it must be private") {
  testing::World world;
  auto& files = world.files();
  files.makePrivateDirectory("/own");
  files.put("/own/file", "content");
  files.giveAway("/own/file");
  CHECK(contract::contentOf(files, "/own/file") == "content");
  CHECK(contract::whyOf([&] { static_cast<void>(files.open("/own/file", Mode::ReadPrivate)); }, "/own/file") == FileError::Why::Denied);
  CHECK(contract::whyOf([&] { static_cast<void>(files.lock("/own/file")); }, "/own/file") == FileError::Why::Denied);
  files.giveAway("/own");
  CHECK(contract::whyOf([&] { files.makePrivateDirectory("/own"); }, "/own") == FileError::Why::Denied);
}

TEST_CASE("testing::Files: a full disk takes what fits") {
  testing::World world;
  auto& files = world.files();
  files.setFreeBytes(10);
  const auto file = files.open("/file", Mode::Create);
  file->append("123456");
  CHECK(contract::whyOf([&] { file->append("7890ab"); }, "/file") == FileError::Why::NoSpace);
  CHECK(files.content("/file") == "1234567890");
}

TEST_CASE("testing::Files: the call of a number fails, and so many after it") {
  testing::World world;
  auto& files = world.files();
  const auto file = files.open("/file", Mode::Create);
  CHECK(files.calls() == 1);
  files.failAt(3, 2, FileError::Why::NoSpace, "no space left on device");
  file->append("12");
  CHECK(contract::whyOf([&] { file->append("3456"); }, "/file") == FileError::Why::NoSpace);
  CHECK(contract::whyOf([&] { static_cast<void>(files.list("/")); }, "/") == FileError::Why::NoSpace);
  file->sync();
  CHECK(files.content("/file") == "1234");  // a write that fails may have come half-way
  CHECK(files.calls() == 5);
}

TEST_CASE("testing::Files: after its last call nothing of a process reaches the disk, and the next one finds what is there") {
  using When = testing::StopPoint::When;
  for (const auto& [when, content] : {std::pair{When::Before, ""}, std::pair{When::Halfway, "12"}, std::pair{When::After, "1234"}}) {
    testing::World world;
    auto& files = world.files();
    {
      const auto held = files.lock("/LOCK");
      const auto file = files.open("/file", Mode::Create);
      files.stopAt({.call = 3, .when = when, .how = testing::StopPoint::How::Kill});
      CHECK_FALSE(files.stopped());
      CHECK_THROWS_AS(file->append("1234"), FileError);
      CHECK(files.stopped());
      CHECK_THROWS_AS(file->append("56"), FileError);
      CHECK_THROWS_AS(files.makeDirectory("/dir"), FileError);
      CHECK_THROWS_AS(files.info("/file"), FileError);
      CHECK(files.content("/file") == content);
      CHECK(files.calls() == 3);

      files.restart();
      const auto again = files.lock("/LOCK");
      CHECK_THROWS_AS(file->append("56"), FileError);  // the old process has ended
      CHECK(files.content("/file") == content);
    }
    CHECK(contract::contentOf(files, "/file") == content);
    const auto other = files.lock("/LOCK");
  }
}

TEST_CASE("testing::Files: an old process lets go of a lock that is no longer its own") {
  testing::World world;
  auto& files = world.files();
  auto old = files.lock("/LOCK");
  files.stopNow(testing::StopPoint::How::Kill);
  files.restart();
  const auto held = files.lock("/LOCK");
  old.reset();
  CHECK(contract::whyOf([&] { static_cast<void>(files.lock("/LOCK")); }, "/LOCK") == FileError::Why::Locked);
}

TEST_CASE("testing::Files: every call is told before it is carried out") {
  testing::World world;
  auto& files = world.files();
  std::string trace;
  files.onCall([&](const testing::FileCall& call) { trace += std::to_string(call.number) + " " + std::string(call.operation) + " " + std::string(call.path) + "\n"; });
  files.put("/file", "content");
  static_cast<void>(contract::contentOf(files, "/file"));
  files.rename("/file", "/other");
  files.syncDirectory("/");
  CHECK_THROWS_AS(files.remove("/none"), FileError);
  CHECK(trace == "1 open /file\n2 read /file\n3 read /file\n4 rename /file\n5 sync directory /\n6 remove /none\n");
}

TEST_CASE("testing::Files: a directory does not move into itself") {
  testing::World world;
  auto& files = world.files();
  files.makeDirectory("/dir");
  CHECK_THROWS_AS(files.rename("/dir", "/dir/below"), FileError);
  CHECK(files.exists("/dir"));
}

}  // namespace
