// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/directory.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <dstream/checkpoint/recovery.hpp>

#include "checkpoint/formats.hpp"
#include "support/catch.hpp"

namespace {

TEST_CASE("directory: only names that this library writes mean something") {
  support::Disk disk;
  for (const char* name : {"snapshot-3", "snapshot-20", "snapshot-0", "journal-1-2.log", "journal-11-1.log", "journal-2-1.log", "snapshot-5.tmp", "LOCK"})
    disk.files.put(std::string("/c/") + name, "");
  for (const char* name : {"snapshot-", "snapshot-03", "snapshot-3x", "snapshot--1", "snapshot-99999999999999999999", "journal-1.log", "journal-1-2", "journal-1-2.log~",
                           "journal-1-02.log", "journal--1.log", "other"})
    disk.files.put(std::string("/c/") + name, "");
  disk.directory.list();
  CHECK(disk.directory.snapshots == std::vector<std::uint64_t>{0, 3, 20});
  std::vector<std::string> journals;
  for (const auto& name : disk.directory.journals) journals.push_back(disk.directory.journal(name));
  CHECK(journals == std::vector<std::string>{"/c/journal-2-1.log", "/c/journal-11-1.log", "/c/journal-1-2.log"});
  CHECK(disk.directory.temporary == std::vector<std::string>{"snapshot-5.tmp"});
  CHECK(disk.directory.snapshot(20) == "/c/snapshot-20");
  CHECK(disk.directory.lock() == "/c/LOCK");
}

TEST_CASE("directory: what cannot be read is set aside under names that mean nothing, behind those that were before") {
  support::Disk disk;
  for (const char* name : {"snapshot-3", "snapshot-20", "journal-4-1.log", "journal-4-2.log", "journal-11-2.log", "snapshot-5.tmp", "LOCK", "other", "received/source/1.log"})
    disk.files.put(std::string("/c/") + name, name);
  disk.files.syncDirectory("/");
  disk.directory.list();
  CHECK(disk.directory.unreadable == 0);
  disk.directory.setAside();
  CHECK(disk.directory.snapshots.empty());
  CHECK(disk.directory.journals.empty());
  CHECK(disk.directory.unreadable == 2);
  CHECK(disk.files.names("/c") == std::vector<std::string>{"LOCK", "other", "snapshot-5.tmp", "unreadable-2-journal-11-2.log", "unreadable-2-journal-4-1.log", "unreadable-2-journal-4-2.log",
                                                           "unreadable-2-received", "unreadable-2-snapshot-20", "unreadable-2-snapshot-3"});
  CHECK(disk.files.content("/c/unreadable-2-received/source/1.log") == "received/source/1.log");
  CHECK(disk.files.durable("/c/unreadable-2-snapshot-3"));
  disk.files.put("/c/snapshot-3", "another one, without a journal");
  for (const char* name : {"unreadable-", "unreadable-9", "unreadable-x-9", "unreadable-09-x"}) disk.files.put(std::string("/c/") + name, "");
  disk.directory.list();
  disk.directory.setAside();
  CHECK(disk.directory.unreadable == 3);
  CHECK(disk.files.content("/c/unreadable-3-snapshot-3") == "another one, without a journal");
  CHECK(disk.files.content("/c/unreadable-2-snapshot-3") == "snapshot-3");
}

std::vector<std::string> contents(const dstream::testing::Files& files, const std::string& begin) {
  std::vector<std::string> found;
  for (const std::string& path : files.paths())
    if (path.starts_with(begin) && !path.ends_with("LOCK") && !path.ends_with("received") && !path.ends_with("source")) found.push_back(files.content(path));
  std::sort(found.begin(), found.end());
  return found;
}

TEST_CASE("directory: wherever that is cut short, what is left cannot be read either, and nothing is lost") {
  using dstream::testing::StopPoint;
  const auto damage = [](support::Disk& disk, const std::string& path) { disk.files.damage(path, 45); };
  const std::vector<std::function<void(support::Disk&)>> damages{
      [&](support::Disk& disk) { damage(disk, "/c/journal-1-3.log"); },
      [&](support::Disk& disk) { damage(disk, "/c/journal-4-3.log"); },
      [&](support::Disk& disk) {
        damage(disk, "/c/snapshot-3");
        damage(disk, "/c/snapshot-6");
      },
      [&](support::Disk& disk) {
        damage(disk, "/c/snapshot-6");
        damage(disk, "/c/journal-4-3.log");
      },
      [&](support::Disk& disk) { disk.files.remove("/c/journal-4-3.log"); },
      [&](support::Disk& disk) {
        for (const char* name : {"/c/journal-1-3.log", "/c/journal-4-3.log", "/c/journal-7-3.log"}) disk.files.remove(name);
      },
      [&](support::Disk& disk) {  // the newest snapshot is of a later epoch than the journal
        disk.files.remove("/c/snapshot-6");
        dstream::detail::writeSnapshot(disk.directory, 6, 4, 0x1234, support::facts, support::nodes);
      },
  };
  for (std::size_t which = 0; which < damages.size(); ++which) {
    for (const auto when : {StopPoint::When::Before, StopPoint::When::Halfway, StopPoint::When::After}) {
      for (const std::uint64_t seed : {0U, 1U, 2U, 3U}) {
        bool cut = true;
        for (std::uint64_t call = 1; cut; ++call) {
          CAPTURE(which, static_cast<int>(when), seed, call);
          support::Disk disk;
          disk.files.syncDirectory("/");
          disk.files.put("/c/received/source/1.log", "blocks");
          for (const std::uint64_t seq : {3U, 6U}) support::putSnapshot(disk, seq);
          for (const std::uint64_t from : {1U, 4U, 7U}) support::putSegment(disk, from, from + 2, 3);
          damages[which](disk);
          disk.files.syncDirectory("/c");
          disk.directory.list();
          REQUIRE_THROWS_AS(dstream::detail::Recovery(disk.directory), dstream::CheckpointError);
          const std::vector<std::string> before = contents(disk.files, "/c/");
          disk.files.stopAt({.call = disk.files.calls() + call, .when = when, .how = seed == 0 ? StopPoint::How::Kill : StopPoint::How::PowerLoss, .seed = seed});
          try {
            disk.directory.setAside();
          } catch (const dstream::FileError&) {
          }
          cut = disk.files.stopped();
          disk.files.restart();
          disk.directory.list();
          if (!disk.directory.snapshots.empty() || !disk.directory.journals.empty()) {
            REQUIRE_THROWS_AS(dstream::detail::Recovery(disk.directory), dstream::CheckpointError);
            disk.directory.setAside();
          }
          CHECK(contents(disk.files, "/c/unreadable-") == before);
          CHECK(disk.directory.unreadable >= (which == 5 ? 1 : 3));
        }
      }
    }
  }
}

}  // namespace
