// SPDX-License-Identifier: BSL-1.0
// SQLite on the disk that crashes: what it committed with all its syncs is there, and without them
// it is not always.
#include <dstream/testing/sqlite_disk.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include <dstream/testing/files.hpp>

#include "support/catch.hpp"

namespace {

using dstream::testing::Files;
using dstream::testing::SqliteDisk;
using dstream::testing::StopPoint;

class Database {
 public:
  explicit Database(const char* path) {
    if (sqlite3_open(path, &db_) == SQLITE_OK) return;
    const std::string reason = sqlite3_errmsg(db_);
    sqlite3_close(db_);
    throw std::runtime_error(reason);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(db_); }

  // The first column of the last row.
  std::string run(const std::string& sql) {
    std::string last;
    const auto row = [](void* into, int, char** values, char**) {
      *static_cast<std::string*>(into) = values[0] == nullptr ? "" : values[0];
      return 0;
    };
    if (sqlite3_exec(db_, sql.c_str(), row, &last, nullptr) != SQLITE_OK) fail();
    return last;
  }

 private:
  void fail() const { throw std::runtime_error(sqlite3_errmsg(db_)); }
  sqlite3* db_ = nullptr;
};

// Commits rows one by one until the process ends, and gives how many it knows to be committed.
int insert(const std::string& mode, const std::string& synchronous) {
  int committed = 0;
  try {
    Database db("/dir/base");
    db.run("PRAGMA journal_mode=" + mode);
    db.run("PRAGMA synchronous=" + synchronous);
    db.run("PRAGMA wal_autocheckpoint=3");
    db.run("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, x TEXT)");
    for (int n = 0; n < 8; ++n) {
      db.run("INSERT INTO t(x) VALUES(hex(randomblob(400)))");
      ++committed;
    }
  } catch (const std::runtime_error&) {
  }
  return committed;
}

// Points at which rows are lost or the database is damaged, of all calls.
struct Tally {
  int points = 0;
  int bad = 0;
};
Tally crashEverywhere(const std::string& mode, const std::string& synchronous, StopPoint::How how) {
  Tally tally;
  for (std::uint64_t n = 1;; ++n) {
    Files files([] { return std::int64_t{0}; });
    files.makeDirectory("/dir");
    files.syncDirectory("/");
    const SqliteDisk disk(files);
    files.stopAt({.call = files.calls() + n,
                  .when = static_cast<StopPoint::When>(n % 3),
                  .how = how,
                  .seed = n});
    const int committed = insert(mode, synchronous);
    if (!files.stopped()) return tally;
    ++tally.points;
    files.restart();
    try {
      Database db("/dir/base");
      const bool whole = db.run("PRAGMA integrity_check") == "ok";
      const std::string rows = committed == 0 ? "0" : db.run("SELECT count(*) FROM t");
      if (!whole || std::stoi(rows) < committed) ++tally.bad;
    } catch (const std::runtime_error&) {
      ++tally.bad;
    }
  }
}

TEST_CASE(
    "sqlite_disk: what SQLite commits outlives every crash of the machine, in both of its "
    "journals") {
  for (const auto& [mode, synchronous] : {std::pair{"WAL", "FULL"}, std::pair{"DELETE", "EXTRA"}}) {
    CAPTURE(mode);
    const Tally tally = crashEverywhere(mode, synchronous, StopPoint::How::PowerLoss);
    CHECK(tally.points > 100);
    CHECK(tally.bad == 0);
  }
}

TEST_CASE("sqlite_disk: without syncs it outlives its process, and not its machine") {
  CHECK(crashEverywhere("WAL", "OFF", StopPoint::How::Kill).bad == 0);
  CHECK(crashEverywhere("WAL", "OFF", StopPoint::How::PowerLoss).bad > 10);
  // SQLite's manual: the directory is synced after the journal was removed with EXTRA alone.
  CHECK(crashEverywhere("DELETE", "FULL", StopPoint::How::PowerLoss).bad > 0);
}

TEST_CASE("sqlite_disk: the name of a log that a killed process has left is durable with the next commit") {
  Files files([] { return std::int64_t{0}; });
  files.makeDirectory("/dir");
  files.syncDirectory("/");
  const SqliteDisk disk(files);
  bool logged = false;
  files.onCall([&](const dstream::testing::FileCall& call) {
    if (logged || call.path != "/dir/base-wal" || call.operation != "create") return;
    logged = true;
    files.stopAt({.call = call.number, .when = StopPoint::When::After, .how = StopPoint::How::Kill});
  });
  static_cast<void>(insert("WAL", "FULL"));
  REQUIRE(files.stopped());
  files.restart();
  CHECK_FALSE(files.durable("/dir/base-wal"));
  CHECK(insert("WAL", "FULL") == 8);
}

TEST_CASE("sqlite_disk: a full disk and a failed sync are SQLite's errors") {
  Files files([] { return std::int64_t{0}; });
  files.makeDirectory("/dir");
  const SqliteDisk disk(files);
  Database db("/dir/base");
  db.run("PRAGMA journal_mode=WAL");
  db.run("PRAGMA synchronous=FULL");
  db.run("CREATE TABLE t(n)");
  files.failNext("sync", "/dir/base-wal");
  CHECK_THROWS_WITH(db.run("INSERT INTO t VALUES(1)"), "disk I/O error");
  files.setFreeBytes(10);
  CHECK_THROWS_WITH(db.run("INSERT INTO t VALUES(2)"), "database or disk is full");
}

}  // namespace
