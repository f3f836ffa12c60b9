// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/directory.hpp>

#include <string>
#include <vector>

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

}  // namespace
