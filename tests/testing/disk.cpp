// SPDX-License-Identifier: BSL-1.0
// The disk that crashes: what a sync promised is there, and what none promised may be there or not.
#include <dstream/testing/disk.hpp>

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include <dstream/testing/files.hpp>

#include "runtime/files_contract.hpp"
#include "support/catch.hpp"

namespace {

using contract::Mode;
using dstream::FileError;
using dstream::testing::Files;
using dstream::testing::StopPoint;
using How = StopPoint::How;

constexpr std::uint64_t seeds = 200;

// Every content (or name) that a crash leaves under some seed, "-" where there is nothing.
template <class Write, class Look>
std::set<std::string> outcomes(Write write, Look look) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Files files([] { return std::int64_t{0}; });
    files.put("/in/old", "old");
    write(files);
    files.stopNow(How::PowerLoss, seed);
    seen.insert(look(files));
  }
  return seen;
}

std::string contentOrNone(const Files& files, const std::string& path) {
  return files.exists(path) ? files.content(path) : "-";
}

TEST_CASE("disk: content is durable after its sync, a name after that of its directory") {
  const auto after = [](bool file, bool directory) {
    return outcomes(
        [&](Files& files) {
          const auto made = files.open("/in/new", Mode::Create);
          made->append("abc");
          if (file) made->sync();
          if (directory) files.syncDirectory("/in");
        },
        [](const Files& files) { return contentOrNone(files, "/in/new"); });
  };
  CHECK(after(true, true) == std::set<std::string>{"abc"});
  CHECK(after(true, false) == std::set<std::string>{"-", "abc"});
  CHECK(after(false, true) == std::set<std::string>{"", "abc"});
  CHECK(after(false, false) == std::set<std::string>{"-", "", "abc"});
}

TEST_CASE("disk: what is written after a sync is kept, lost or torn, by sectors of 512 bytes") {
  const auto seen = outcomes(
      [](Files& files) {
        const auto made = files.open("/in/new", Mode::Create);
        made->append(std::string(500, 'a'));
        made->sync();
        files.syncDirectory("/in");
        made->append(std::string(
            20, 'b'));  // 12 bytes of the sector that holds the first 500, 8 of the next
        made->append(std::string(1000, 'c'));
      },
      [](const Files& files) { return files.content("/in/new"); });
  const std::string start(500, 'a');
  for (const std::string& content : seen) {
    CHECK(content.starts_with(start));
    CHECK(content.find_first_not_of(std::string("\0abc", 4)) == std::string::npos);
    if (content.size() > 520) CHECK((content.size() == 1024 || content.size() == 1520));
  }
  CHECK(seen.contains(start));                                                  // lost
  CHECK(seen.contains(start + std::string(20, 'b')));                           // the first write
  CHECK(seen.contains(start + std::string(12, 'b')));                           // torn
  CHECK(seen.contains(start + std::string(20, 'b') + std::string(1000, 'c')));  // kept
  CHECK(seen.contains(start + std::string(12, '\0') + std::string(8, 'b')
                      + std::string(504, 'c')));  // out of order
  CHECK(seen.size() > 8);
}

TEST_CASE(
    "disk: a rename is seen wholly or not at all, and for ever after a sync of either directory") {
  const auto after = [](const char* synced) {
    return outcomes(
        [&](Files& files) {
          files.put("/out/other", "");
          files.rename("/in/old", "/out/new");
          if (synced != nullptr) files.syncDirectory(synced);
        },
        [](const Files& files) {
          return std::string(files.exists("/in/old") ? "old" : "")
                 + (files.exists("/out/new") ? "new" : "");
        });
  };
  CHECK(after(nullptr) == std::set<std::string>{"old", "new"});
  CHECK(after("/in") == std::set<std::string>{"new"});
  CHECK(after("/out") == std::set<std::string>{"new"});
  CHECK(after("/") == std::set<std::string>{"old", "new"});
}

TEST_CASE("disk: what is removed may come back until its directory was synced") {
  const auto after = [](bool synced) {
    return outcomes(
        [&](Files& files) {
          files.remove("/in/old");
          if (synced) files.syncDirectory("/in");
        },
        [](const Files& files) { return contentOrNone(files, "/in/old"); });
  };
  CHECK(after(false) == std::set<std::string>{"-", "old"});
  CHECK(after(true) == std::set<std::string>{"-"});
}

TEST_CASE("disk: a file made, moved and synced is at its last place only") {
  const auto seen = outcomes(
      [](Files& files) {
        files.open("/in/temp", Mode::Create)->append("x");
        files.rename("/in/temp", "/in/final");
        files.put("/out/other", "");
        files.rename("/in/final", "/out/final");
        files.syncDirectory("/out");
      },
      [](const Files& files) {
        return std::string(files.exists("/in/temp") ? "temp" : "")
               + (files.exists("/in/final") ? "final" : "")
               + (files.exists("/out/final") ? "moved" : "");
      });
  CHECK(seen == std::set<std::string>{"moved"});
}

TEST_CASE("disk: names that come and go may be kept in any order") {
  const auto seen = outcomes(
      [](Files& files) {
        files.makeDirectory("/in/a");
        files.makeDirectory("/in/b");
      },
      [](const Files& files) {
        return std::string(files.exists("/in/a") ? "a" : "") + (files.exists("/in/b") ? "b" : "");
      });
  CHECK(seen == std::set<std::string>{"", "a", "b", "ab"});
}

TEST_CASE("disk: a file in a directory whose name was never synced goes with it") {
  const auto seen = outcomes(
      [](Files& files) {
        files.makeDirectory("/in/dir");
        files.open("/in/dir/file", Mode::Create)->sync();
        files.syncDirectory("/in/dir");
      },
      [](const Files& files) {
        return std::string(files.exists("/in/dir/file") ? "file"
                           : files.exists("/in/dir")    ? "empty"
                                                        : "-");
      });
  CHECK(seen == std::set<std::string>{"-", "file"});
}

TEST_CASE("disk: what a failed sync was asked to keep no later one keeps") {
  const auto seen = outcomes(
      [](Files& files) {
        const auto made = files.open("/in/new", Mode::Create);
        files.syncDirectory("/in");
        made->append("lost");
        files.failNext("sync", "/in/new");
        CHECK_THROWS_AS(made->sync(), FileError);
        CHECK_NOTHROW(made->sync());
        made->append("kept");
        made->sync();
        CHECK(files.content("/in/new") == "lostkept");
      },
      [](const Files& files) { return files.content("/in/new"); });
  CHECK(seen == std::set<std::string>{"lostkept", std::string(4, '\0') + "kept"});
}

TEST_CASE("disk: what a failed sync has lost does not come back over what was synced later") {
  const auto seen = [](auto write) {
    return outcomes(
        [&](Files& files) {
          const auto made = files.openAnywhere("/in/new", true);
          files.syncDirectory("/in");
          made->write(0, "old bytes");
          files.failNext("sync", "/in/new");
          CHECK_THROWS_AS(made->sync(), FileError);
          write(*made);
          made->sync();
        },
        [](const Files& files) { return files.content("/in/new"); });
  };
  CHECK(seen([](Files::RandomFile& file) { file.write(0, "new bytes"); })
        == std::set<std::string>{"new bytes"});
  CHECK(seen([](Files::RandomFile& file) {
          file.truncate(0);
          file.write(0, "new");
        })
        == std::set<std::string>{"new"});
  CHECK(seen([](Files::RandomFile& file) { file.write(3, "-new-"); })
        == std::set<std::string>{std::string(3, '\0') + "-new-", "old-new-",
                                 std::string(3, '\0') + "-new-s", "old-new-s"});
}

TEST_CASE("disk: the same seed leaves the same disk") {
  const auto left = [](std::uint64_t seed) {
    Files files([] { return std::int64_t{0}; });
    for (int i = 0; i < 20; ++i) {
      const auto file = files.open("/" + std::to_string(i), Mode::Create);
      file->append(std::string(2000, 'x'));
      if (i % 3 == 0) file->sync();
    }
    files.stopNow(How::PowerLoss, seed);
    std::string all;
    for (const std::string& path : files.paths()) all += path + ":" + files.content(path) + ";";
    return all;
  };
  std::set<std::string> different;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(left(seed) == left(seed));
    different.insert(left(seed));
  }
  CHECK(different.size() > 10);
}

}  // namespace
