// SPDX-License-Identifier: BSL-1.0
#include <dstream/sources/directory_watch.hpp>

#include <chrono>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"

namespace {

using namespace dstream;
using namespace std::chrono_literals;
using Paths = std::vector<std::string>;

constexpr Nanos second = 1'000'000'000;
constexpr Nanos made = 1000 * second;

struct Watch {
  explicit Watch(FileOptions given = {}, std::string glob = "/in") : options(std::move(given)), watch(world.files(), glob, options, {made}, second) {
    if (!world.files().exists("/in")) world.files().makeDirectory("/in");
  }
  // The files of the batch `seconds` behind the stream's making.
  Paths take(Nanos seconds) {
    Paths paths;
    const auto found = watch.take({made + seconds * second}, [this](const std::string& path, const std::string& reason, bool) { reports.push_back(path + ": " + reason); });
    for (const auto& file : found) paths.push_back(file.path);
    return paths;
  }
  void put(const std::string& path, double seconds) { world.files().put(path, "x", made + static_cast<Nanos>(seconds * 1e9)); }
  Paths told() { return std::exchange(reports, {}); }

  testing::World world;
  FileOptions options;
  detail::DirectoryWatch watch;
  Paths reports;
};

TEST_CASE("directory watch: a file belongs to the first batch that is not before it, once") {
  Watch test;
  test.put("/in/b", 0.5);
  test.put("/in/a", 1.0);
  test.put("/in/c", 1.5);
  CHECK(test.take(1) == Paths{"/in/a", "/in/b"});
  CHECK(test.take(2) == Paths{"/in/c"});
  CHECK(test.take(3).empty());
  CHECK(test.told().empty());
}

TEST_CASE("directory watch: a file that was taken may lie there for ever, and nobody is told that it is old") {
  Watch test;
  test.put("/in/a", 0.5);
  CHECK(test.take(1) == Paths{"/in/a"});
  for (Nanos at = 2; at < 130; ++at) CHECK(test.take(at).empty());
  CHECK(test.told().empty());
}

TEST_CASE("directory watch: a batch that could not take its files has taken none, and forgets none that others took") {
  Watch test;
  test.put("/in/a", 0.5);
  CHECK(test.take(1) == Paths{"/in/a"});
  test.put("/in/b", 1.5);
  test.world.files().put("/in/c", "", made + second);  // is reported
  test.put("/in/d", 1.5);
  const auto outOfMemory = [](const std::string&, const std::string&, bool) { throw std::bad_alloc(); };
  CHECK_THROWS_AS(test.watch.take({made + 2 * second}, outOfMemory), std::bad_alloc);
  CHECK(test.take(2) == Paths{"/in/b", "/in/d"});
  CHECK(test.told() == Paths{"/in/c: there is no data in it"});
  CHECK(test.take(3).empty());
}

TEST_CASE("directory watch: what is older than the stream is passed over, and said once") {
  Watch test;
  test.put("/in/old", -0.001);
  test.put("/in/same", 0.0);
  test.put("/in/new", 0.001);
  CHECK(test.take(1) == Paths{"/in/new"});
  CHECK(test.told() == Paths{"/in/old: it was modified before the stream was made", "/in/same: it was modified before the stream was made"});
  CHECK(test.take(2).empty());
  CHECK(test.told().empty());
}

TEST_CASE("directory watch: without newFilesOnly as far back as the remembered time, which is whole batches") {
  Watch test({.newFilesOnly = false, .minRememberDuration = 1500ms});
  CHECK(test.watch.remember() == 2 * second);
  test.put("/in/a", -1.0);  // at the threshold of batch 1: refused
  test.put("/in/b", -0.999);
  CHECK(test.take(1) == Paths{"/in/b"});
  CHECK(test.told() == Paths{"/in/a: it is older than the remembered time"});
}

TEST_CASE("directory watch: the remembered time may be as long as there is") {
  for (const auto longest : {std::chrono::nanoseconds::max(), std::chrono::nanoseconds::max() - 1ns}) {
    Watch test({.newFilesOnly = false, .minRememberDuration = longest});
    CHECK(test.watch.remember() == std::numeric_limits<Nanos>::max() / second * second);
    test.put("/in/a", 0.5);
    test.world.files().put("/in/first", "x", 1);
    CHECK(test.take(1) == Paths{"/in/a", "/in/first"});
    CHECK(test.take(1'000'000).empty());
  }
}

TEST_CASE("directory watch: allUnseen takes every file once, however old, and knows it while it is there") {
  Watch test({.newFilesOnly = false, .allUnseen = true});
  test.put("/in/ancient", -1000.0);
  CHECK(test.take(1) == Paths{"/in/ancient"});
  CHECK(test.take(100'000).empty());
  test.world.files().remove("/in/ancient");
  CHECK(test.take(100'001).empty());
  test.put("/in/ancient", 1.0);
  CHECK(test.take(100'002) == Paths{"/in/ancient"});
}

TEST_CASE("directory watch: a path is an identity for the remembered time, then a new stamp is a new file") {
  Watch test({.minRememberDuration = 3s});
  test.put("/in/file", 0.5);
  CHECK(test.take(1) == Paths{"/in/file"});
  test.put("/in/file", 1.5);
  CHECK(test.take(2).empty());
  CHECK(test.take(3).empty());
  test.put("/in/file", 3.5);
  CHECK(test.take(4) == Paths{"/in/file"});
  CHECK(test.told().empty());
}

TEST_CASE("directory watch: a file that vanished for a moment is not taken again") {
  Watch test;
  test.put("/in/file", 0.5);
  CHECK(test.take(1) == Paths{"/in/file"});
  test.world.files().remove("/in/file");
  CHECK(test.take(2).empty());
  test.put("/in/file", 0.5);
  CHECK(test.take(3).empty());
}

TEST_CASE("directory watch: names with a dot in front, directories, pipes and empty files are passed over with their reason") {
  Watch test;
  test.put("/in/.hidden", 0.5);
  test.world.files().makeDirectory("/in/sub");
  test.world.files().putSpecial("/in/pipe");
  test.world.files().put("/in/empty", "", made + second / 2);
  test.put("/in/sub/file", 0.5);
  CHECK(test.take(1).empty());
  CHECK(test.told() == Paths{"/in/.hidden: the filter refuses it", "/in/empty: there is no data in it", "/in/pipe: it is not a regular file", "/in/sub: it is a directory"});
  test.put("/in/empty", 1.5);  // what was begun empty is taken when it has content
  CHECK(test.take(2) == Paths{"/in/empty"});
}

TEST_CASE("directory watch: the user's filter sees the path, and may throw") {
  bool throws = true;
  Watch test({.filter = [&throws](std::string_view path) {
    if (throws && path.ends_with("bad")) throw std::runtime_error("no rule for this name");
    return !path.ends_with(".tmp");
  }});
  test.put("/in/bad", 0.5);
  test.put("/in/.hidden", 0.5);
  test.put("/in/a.tmp", 0.5);
  CHECK(test.take(1) == Paths{"/in/.hidden"});
  CHECK(test.told() == Paths{"/in/a.tmp: the filter refuses it", "/in/bad: no rule for this name"});
  throws = false;
  CHECK(test.take(2) == Paths{"/in/bad"});
}

TEST_CASE("directory watch: the directory may be a pattern") {
  Watch test({}, "/logs/*/day-[0-9]?/");
  test.put("/logs/one/day-01/a", 0.5);
  test.put("/logs/two/day-12/b", 0.5);
  test.put("/logs/two/day-1/c", 0.5);
  test.put("/logs/.hidden/day-01/d", 0.5);
  test.put("/logs/one/day-01/deeper/e", 0.5);
  test.put("/logs/file", 0.5);
  CHECK(test.take(1) == Paths{"/logs/one/day-01/a", "/logs/two/day-12/b"});
  // a renamed directory that matches now: its files are judged by their own times
  test.put("/logs/three/x/f", 1.5);
  test.world.files().rename("/logs/three/x", "/logs/three/day-99");
  CHECK(test.take(2) == Paths{"/logs/three/day-99/f"});
}

TEST_CASE("directory watch: alternatives that meet the same directory give its files once") {
  Watch test({}, "/logs/{one,t*,two}");
  test.put("/logs/one/a", 0.5);
  test.put("/logs/two/b", 0.5);
  test.put("/logs/three/c", 0.5);
  test.put("/logs/other/d", 0.5);
  CHECK(test.take(1) == Paths{"/logs/one/a", "/logs/three/c", "/logs/two/b"});
}

TEST_CASE("directory watch: a directory that is not there or cannot be listed gives nothing, says so once, and loses nothing") {
  Watch test({}, "/later");
  CHECK(test.take(1).empty());
  CHECK(test.take(2).empty());
  CHECK(test.told() == Paths{"/later: no such directory"});
  test.put("/later/a", 2.5);
  CHECK(test.take(3) == Paths{"/later/a"});
  test.put("/later/b", 3.5);
  test.world.files().failNext("list", "/later");
  CHECK(test.take(4).empty());
  CHECK(test.told() == Paths{"/later: dstream: list /later: input/output error"});
  CHECK(test.take(5) == Paths{"/later/b"});
  test.world.files().failNext("list", "/later");
  CHECK(test.take(6).empty());
  CHECK(test.told().size() == 1);
}

TEST_CASE("directory watch: a file in the place of a directory is named as such") {
  Watch test({}, "/logs/today");
  test.put("/logs/today", 0.5);
  CHECK(test.take(1).empty());
  CHECK(test.take(2).empty());
  CHECK(test.told() == Paths{"/logs/today: it is not a directory"});
}

TEST_CASE("directory watch: of several directories one that is broken is said once, and the others are read") {
  for (const bool allUnseen : {false, true}) {
    Watch test({.allUnseen = allUnseen, .minRememberDuration = 3s}, "/logs/*");
    test.put("/logs/a/1", 0.5);
    test.put("/logs/b/1", 0.5);
    CHECK(test.take(1) == Paths{"/logs/a/1", "/logs/b/1"});
    test.put("/logs/a/2", 1.5);
    test.put("/logs/b/2", 1.5);
    test.world.files().failNext("list", "/logs/b", FileError::Why::Denied, "permission denied");
    CHECK(test.take(2) == Paths{"/logs/a/2"});
    CHECK_FALSE(test.watch.listedCompletely({made + 2 * second}));
    test.world.files().failNext("list", "/logs/b", FileError::Why::Denied, "permission denied");
    CHECK(test.take(3).empty());
    CHECK(test.told() == Paths{"/logs/b: dstream: list /logs/b: permission denied"});
    test.put("/logs/a/3", 8.5);
    test.world.files().failNext("examine", "/logs/b", FileError::Why::Other, "too many levels of symbolic links");
    CHECK(test.take(9) == Paths{"/logs/a/3"});
    CHECK(test.told() == Paths{"/logs/b: dstream: examine /logs/b: too many levels of symbolic links"});
    // nothing is too old that came meanwhile, and nothing is taken again
    CHECK(test.take(10) == Paths{"/logs/b/2"});
    CHECK(test.watch.listedCompletely({made + 10 * second}));
    CHECK(test.told().empty());
  }
}

TEST_CASE("directory watch: a broken entry on the way to the directories, and no directory but it") {
  Watch test({}, "/logs/*/in*");
  test.put("/logs/a/in/1", 0.5);
  test.put("/logs/b/in/1", 0.5);
  test.world.files().failNext("list", "/logs/a");
  CHECK(test.take(1) == Paths{"/logs/b/in/1"});
  test.world.files().failNext("examine", "/logs/b");
  CHECK(test.take(2) == Paths{"/logs/a/in/1"});
  CHECK(test.told() == Paths{"/logs/a: dstream: list /logs/a: input/output error", "/logs/b: dstream: examine /logs/b: input/output error"});
  test.world.files().failNext("list", "/logs");
  CHECK(test.take(3).empty());
  CHECK(test.told() == Paths{"/logs: dstream: list /logs: input/output error"});
}

TEST_CASE("directory watch: a batch that is repeated tells a file that is gone from one that cannot be seen") {
  Watch test({}, "/logs/*");
  test.put("/logs/a/1", 0.5);
  test.put("/logs/b/1", 0.5);
  const auto report = [](const std::string&, const std::string&, bool) {};
  const auto failureOf = [&](const std::string& path) {
    test.world.files().failNext("list", "/logs/b");
    return support::messageOf<FileError>([&] { static_cast<void>(test.watch.retake({made + second}, {{path, 1, made + second / 2}}, report)); });
  };
  CHECK(failureOf("/logs/a/1") == "(nothing was thrown)");
  CHECK(failureOf("/logs/a/2") == "dstream: read again /logs/a/2: a batch that must be repeated had taken it, and it is not there");
  CHECK(failureOf("/logs/b/1") == "dstream: read again /logs/b/1: a batch that must be repeated had taken it, and there is no listing: dstream: list /logs/b: input/output error");
}

TEST_CASE("directory watch: of many files, planned in whatever order, a batch that is repeated takes each as it is listed") {
  Watch test;
  for (int i = 100; i < 1000; ++i) test.put("/in/" + std::to_string(i), 0.5);
  const auto report = [](const std::string&, const std::string&, bool) {};
  auto planned = test.watch.take({made + second}, report);
  REQUIRE(planned.size() == 900);
  std::swap(planned.front(), planned.back());
  test.world.files().remove("/in/500");
  CHECK(support::messageOf<FileError>([&] { static_cast<void>(test.watch.retake({made + second}, planned, report)); }) ==
        "dstream: read again /in/500: a batch that must be repeated had taken it, and it is not there");
  test.put("/in/500", 0.5);
  const auto again = test.watch.retake({made + second}, planned, report);
  REQUIRE(again.size() == 900);
  CHECK(again.front().path == "/in/999");
  CHECK(again[400].path == "/in/500");
  CHECK(again.back().path == "/in/100");
  CHECK(test.take(2).empty());
}

TEST_CASE("directory watch: what is restored is known in order and once, whatever the order of its names") {
  const bool allUnseen = GENERATE(false, true);
  Watch test({.allUnseen = allUnseen, .minRememberDuration = 30s});
  for (int i = 19; i >= 10; --i) {
    const std::string path = "/in/" + std::to_string(i);
    test.put(path, 0.5);
    test.watch.restoreTaken({made + (20 - i) * second}, true, {{path, 1, made + second / 2}, {"/in/often", 1, made + second / 2}});
  }
  test.put("/in/often", 10.5);
  test.put("/in/new", 10.5);
  if (GENERATE(false, true)) {
    std::string saved;
    test.watch.save(saved);
    test.watch.load(saved);
    std::string again;
    test.watch.save(again);
    CHECK(again == saved);
  }
  CHECK(test.take(11) == Paths{"/in/new"});
  // remembered from when it was taken last: the tenth second
  CHECK(test.take(38).empty());
  test.put("/in/often", 38.5);
  CHECK(test.take(39).empty());
  CHECK(test.take(40) == (allUnseen ? Paths{} : Paths{"/in/often"}));
}

TEST_CASE("directory watch: each of many directories that cannot be listed is said once, in order, and its files stay known") {
  Watch test({.allUnseen = true}, "/logs/{b,a}*");
  Paths all;
  Paths troubles;
  for (const std::string name : {"a", "a-1", "a1", "a2", "b", "b1", "b2"}) {
    all.push_back("/logs/" + name + "/1");
    troubles.push_back("/logs/" + name + ": dstream: list /logs/" + name + ": input/output error");
    test.put(all.back(), 0.5);
  }
  const auto failLists = [&] {
    for (const std::string& path : all) test.world.files().failNext("list", path.substr(0, path.size() - 2));
  };
  CHECK(test.take(1) == Paths{"/logs/a-1/1", "/logs/a/1", "/logs/a1/1", "/logs/a2/1", "/logs/b/1", "/logs/b1/1", "/logs/b2/1"});
  failLists();
  CHECK(test.take(2).empty());
  CHECK(test.told() == troubles);
  failLists();
  CHECK(test.take(3).empty());
  CHECK(test.told().empty());
  for (Nanos at = 4; at < 6; ++at) {
    for (const std::string name : {"b1", "a2", "a-1"}) test.world.files().failNext("examine", "/logs/" + name);
    CHECK(test.take(at).empty());
  }
  CHECK(test.told() == Paths{"/logs/a-1: dstream: examine /logs/a-1: input/output error", "/logs/a2: dstream: examine /logs/a2: input/output error",
                             "/logs/b1: dstream: examine /logs/b1: input/output error"});
  test.world.files().failAt(test.world.files().calls(), 1000);  // each alternative meets the same trouble
  CHECK(test.take(6).empty());
  CHECK(test.told() == Paths{"/logs: dstream: examine /logs: input/output error"});
  test.world.files().failAt(0, 0);
  CHECK(test.take(7).empty());
  CHECK(test.told().empty());
}

TEST_CASE("directory watch: a file that cannot be examined is looked at again") {
  Watch test;
  test.put("/in/a", 0.5);
  test.world.files().failNext("examine", "/in/a", FileError::Why::Denied, "permission denied");
  CHECK(test.take(1).empty());
  CHECK(test.told() == Paths{"/in/a: dstream: examine /in/a: permission denied"});
  CHECK(test.take(2) == Paths{"/in/a"});
}

}  // namespace
