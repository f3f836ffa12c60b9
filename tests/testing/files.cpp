// SPDX-License-Identifier: BSL-1.0
#include <dstream/testing/files.hpp>

#include <chrono>
#include <string>

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

}  // namespace
