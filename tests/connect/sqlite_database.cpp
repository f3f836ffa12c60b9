// SPDX-License-Identifier: BSL-1.0
#include <dstream/connect/sqlite_database.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <dstream/stream/batch.hpp>
#include <dstream/stream/errors.hpp>
#include <dstream/stream/sink.hpp>
#include <dstream/testing/files.hpp>
#include <dstream/testing/sqlite_disk.hpp>
#include <dstream/testing/world.hpp>

#include "runtime/stage.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

namespace {

using namespace dstream;

/// On which SQLite works; its directory /dir is durable.
struct Disk {
  Disk() {
    files.makeDirectory("/dir");
    files.syncDirectory("/");
  }
  testing::Files files{[] { return std::int64_t{0}; }};
  testing::SqliteDisk sqlite{files};
};

TEST_CASE("sqlite_database: what cannot last is refused") {
  CHECK(support::contains(support::messageOf<sqlite::Error>([] { sqlite::Database(":memory:"); }),
                          "journal_mode WAL"));
  CHECK_THROWS_AS(sqlite::Database("/no/such/directory/db"), sqlite::Error);
  const support::TemporaryDirectory directory;
  sqlite::Database database(directory.path() + "/db");
  CHECK_THROWS_AS(database.execute("no sql"), sqlite::Error);
  CHECK_THROWS_AS(database.connection()->prepare("SELECT 1; SELECT 2"), sqlite::Error);
}

TEST_CASE("sqlite_database: a busyTimeout longer than SQLite takes is the longest, not none") {
  const support::TemporaryDirectory directory;
  using std::chrono::milliseconds;
  for (const auto& [asked, had] : {std::pair{milliseconds::max(), 2'147'483'647}, std::pair{milliseconds(7), 7}, std::pair{milliseconds::min(), 0}}) {
    const sqlite::Database database(directory.path() + "/db", {.busyTimeout = asked});
    const auto timeout = database.connection()->prepare("PRAGMA busy_timeout");
    REQUIRE(timeout->step());
    CHECK(timeout->number(0) == had);
  }
}

TEST_CASE(
    "sqlite_database: a journal mode that SQLite says it has, and then could not keep, is an "
    "error") {
  // It says so before it has written that down.
  int refused = 0;
  for (std::uint64_t n = 1;; ++n) {
    Disk disk;
    testing::Files& files = disk.files;
    files.failAt(files.calls() + n);
    const std::uint64_t last = files.calls() + n;
    try {
      sqlite::Database database("/dir/base");
      database.execute("CREATE TABLE t(n INTEGER)");
      CAPTURE(n);
      CHECK(files.exists("/dir/base-wal"));
    } catch (const sqlite::Error&) {
      ++refused;
    }
    if (files.calls() < last) break;
  }
  CHECK(refused > 5);
}

TEST_CASE(
    "sqlite_database: a log that a killed process left behind, whose name may not be durable, "
    "loses nothing of what is committed after it") {
  const auto insert = [](int value) {
    sqlite::Database database("/db/base");
    database.execute("CREATE TABLE IF NOT EXISTS t(n)");
    database.execute("INSERT INTO t VALUES(" + std::to_string(value) + ")");
  };
  bool killed = true;
  for (std::uint64_t n = 1; killed; ++n)
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U}) {
      testing::World world;
      auto& files = static_cast<testing::Files&>(world.files());
      files.makeDirectory("/db");
      files.syncDirectory("/");
      const testing::SqliteDisk disk(files);
      insert(1);
      files.stopAt({.call = files.calls() + n, .how = testing::StopPoint::How::Kill});
      try {
        insert(2);
      } catch (const sqlite::Error&) {
        REQUIRE(files.stopped());
      }
      killed = files.stopped();
      files.restart();
      {
        sqlite::Database database("/db/base");
        database.execute("INSERT INTO t VALUES(3)");
        files.stopNow(testing::StopPoint::How::PowerLoss, seed);
      }
      files.restart();
      sqlite::Database database("/db/base");
      const auto rows = database.connection()->prepare("SELECT count(*) FROM t WHERE n IN (1, 3)");
      REQUIRE(rows->step());
      INFO("killed at call " << n << ", seed " << seed);
      CHECK(rows->number(0) == 2);
    }
}

TEST_CASE(
    "sqlite_database: behind a killed process and a failed call, what is committed outlives a "
    "crash") {
  const auto rows = [] {
    sqlite::Database database("/dir/base");
    const auto count = database.connection()->prepare("SELECT count(*) FROM t");
    count->step();
    return count->number(0);
  };
  int refused = 0;
  int lost = 0;
  for (std::uint64_t killed = 1; killed <= 60; ++killed)
    for (std::uint64_t failed = 1; failed <= 60; ++failed) {
      Disk disk;
      testing::Files& files = disk.files;
      const auto insert = [] {
        sqlite::Database database("/dir/base");
        database.execute("CREATE TABLE IF NOT EXISTS t(n INTEGER)");
        database.execute("INSERT INTO t VALUES(1)");
      };
      files.stopAt({.call = files.calls() + killed, .how = testing::StopPoint::How::Kill});
      try {
        insert();
      } catch (const sqlite::Error&) {
      }
      files.restart();
      try {
        files.failAt(files.calls() + failed);
        sqlite::Database database("/dir/base");
        files.failAt(0, 0);
        database.execute("CREATE TABLE IF NOT EXISTS t(n INTEGER)");
        database.execute("INSERT INTO t VALUES(1)");
        files.stopNow(testing::StopPoint::How::PowerLoss, failed);
      } catch (const sqlite::Error&) {
        ++refused;
        continue;
      }
      files.restart();
      try {
        lost += rows() == 0 ? 1 : 0;
      } catch (const sqlite::Error&) {  // no such table
        ++lost;
      }
    }
  CHECK(refused > 100);
  CHECK(lost == 0);
}

TEST_CASE(
    "sqlite_database: what is committed behind a log whose last sync had failed outlives a crash") {
  int lost = 0;
  int closed = 0;
  for (std::uint64_t n = 1; n <= 40; ++n)
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      Disk disk;
      testing::Files& files = disk.files;
      const auto insert = [] {
        sqlite::Database database("/dir/base");
        database.execute("INSERT INTO t VALUES(1)");
      };
      std::int64_t rows = 1;
      {
        sqlite::Database database("/dir/base");
        database.execute("CREATE TABLE t(n INTEGER)");
        files.failAt(files.calls() + n);  // of what it does as it is closed too
        try {
          database.execute("INSERT INTO t VALUES(1)");
          rows = 2;
        } catch (const sqlite::Error&) {
        }
      }
      files.failAt(0, 0);
      insert();
      files.stopNow(testing::StopPoint::How::PowerLoss, seed);
      files.restart();
      sqlite::Database database("/dir/base");
      const auto count = database.connection()->prepare("SELECT count(*) FROM t");
      count->step();
      lost += count->number(0) < rows ? 1 : 0;
      closed += rows == 2 ? 1 : 0;
    }
  CHECK(closed > 50);
  CHECK(lost == 0);
}

Batch batch(std::uint64_t seq) { return {seq, {}, 1, 1}; }

/// A job as its checkpoint drives it; batch n writes the row n.
struct SqliteJob {
  SqliteJob() {
    database.execute("CREATE TABLE IF NOT EXISTS t(n INTEGER)");
    last = decider.claim("job").seq;
  }
  void write(std::uint64_t seq) {
    decider.begin(batch(seq));
    database.execute("INSERT INTO t VALUES(" + std::to_string(seq) + ")");
  }
  bool commit(std::uint64_t seq) {
    decider.seal(batch(seq), 0);
    return decider.commit(batch(seq));
  }
  std::int64_t rows() {
    const auto count = decider.prepare("SELECT count(*) FROM t");
    count->step();
    return count->number(0);
  }

  sqlite::Database database{"/dir/base"};
  sqlite::BasicConnection<>& decider = *database.connection();
  std::uint64_t last = 0;
};

TEST_CASE("sqlite_database: who only looks ends no other process, and sees what is committed") {
  Disk disk;
  CHECK(sqlite::Database("/dir/base").connection()->look("job").seq == 0);  // there is no table yet
  SqliteJob job;
  job.write(1);
  REQUIRE(job.commit(1));
  sqlite::Database other("/dir/base");
  job.write(2);
  const Decider::Position seen = other.connection()->look("job");
  CHECK(seen.known);
  CHECK(seen.seq == 1);
  CHECK_FALSE(other.connection()->look("another").known);
  CHECK(job.commit(2));
  CHECK(other.connection()->look("job").epoch == seen.epoch);
}

TEST_CASE("sqlite_database: what became of a COMMIT that failed stays so after a crash") {
  int denied = 0;
  int committed = 0;
  int later = 0;
  bool reached = true;
  for (std::uint64_t first = 1; reached; ++first) {
    reached = false;
    for (std::uint64_t second = first + 1; second <= first + 50; ++second)
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(first, second, seed);
        Disk disk;
        testing::Files& files = disk.files;
        enum class Outcome { Committed, Denied, Unknown } outcome = Outcome::Unknown;
        {
          SqliteJob job;
          job.write(1);
          REQUIRE(job.commit(1));
          job.write(2);
          const std::uint64_t before = files.calls();
          files.failAt(before + first);
          files.onCall([&](const testing::FileCall& call) {
            if (call.number == before + first + 1) files.failAt(before + second);
          });
          try {
            outcome = job.commit(2) ? Outcome::Committed : Outcome::Denied;
          } catch (const Outage&) {  // asked again, it can tell
            files.failAt(0, 0);
            outcome = job.decider.commit(batch(2)) ? Outcome::Committed : Outcome::Denied;
            ++later;
          } catch (const sqlite::Error&) {
          }
          reached = reached || files.calls() >= before + first;
          files.stopNow(testing::StopPoint::How::PowerLoss, seed);
        }
        files.restart();
        files.onCall([](const testing::FileCall&) {});
        SqliteJob job;
        CHECK(job.rows() == static_cast<std::int64_t>(job.last));
        if (outcome != Outcome::Unknown) CHECK(job.last == (outcome == Outcome::Committed ? 2 : 1));
        denied += outcome == Outcome::Denied ? 1 : 0;
        committed += outcome == Outcome::Committed ? 1 : 0;
      }
  }
  CHECK(denied > 100);
  CHECK(committed > 10);
  CHECK(later > 10);
}

TEST_CASE(
    "sqlite_database: what is read from a log whose sync failed stays, wherever a crash meets the "
    "one who reads it") {
  int seen = 0;
  for (std::uint64_t n = 1, stopped = 1; stopped != 0; ++n) {
    stopped = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      CAPTURE(n, seed);
      Disk disk;
      testing::Files& files = disk.files;
      {
        SqliteJob job;
        job.write(1);
        REQUIRE(job.commit(1));
      }
      {
        SqliteJob job;
        job.write(2);
        files.onCall([&](const testing::FileCall& call) {
          if (call.operation != "sync") return;
          files.failAt(call.number);
          files.stopAt({.call = call.number + 1, .how = testing::StopPoint::How::Kill});
        });
        CHECK_THROWS_AS(job.commit(2), sqlite::Error);
      }
      files.onCall([](const testing::FileCall&) {});
      files.restart();
      files.stopAt({.call = files.calls() + n,
                    .when = static_cast<testing::StopPoint::When>(seed % 3),
                    .seed = seed});
      std::uint64_t last = 0;
      try {
        last = SqliteJob().last;
        seen += last == 2 ? 1 : 0;
      } catch (const sqlite::Error&) {
      }
      stopped += files.stopped() ? 1 : 0;
      files.stopNow(testing::StopPoint::How::PowerLoss, seed);
      files.restart();
      SqliteJob job;
      CHECK(job.rows() == static_cast<std::int64_t>(job.last));
      if (last != 0) CHECK(job.last == last);
    }
  }
  CHECK(seen > 10);
}

TEST_CASE("sqlite_database: a COMMIT that is refused is none, and the batch may come again") {
  const Disk disk;
  {
    SqliteJob job;
    job.database.execute(
        "PRAGMA foreign_keys = ON; CREATE TABLE child(n INTEGER REFERENCES parent(n) DEFERRABLE "
        "INITIALLY DEFERRED); CREATE TABLE parent(n INTEGER PRIMARY KEY)");
    job.write(1);
    job.database.execute("INSERT INTO child VALUES(1)");
    CHECK_FALSE(job.commit(1));
    CHECK(support::contains(job.decider.refusal(), "COMMIT: FOREIGN KEY constraint failed"));
    CHECK_FALSE(job.decider.inTransaction());
    job.write(1);
    CHECK(job.commit(1));
  }
  SqliteJob job;
  CHECK(job.last == 1);
  CHECK(job.rows() == 1);
}

TEST_CASE("sqlite_database: a unit whose next batch cannot begin keeps no part of itself") {
  const Disk disk;
  {
    SqliteJob job;
    job.write(1);
    SECTION("since memory is short") {
      sqlite3_hard_heap_limit64(1);
      CHECK_THROWS_AS(job.decider.begin(batch(2)), sqlite::Error);
      sqlite3_hard_heap_limit64(0);
    }
    SECTION("since somebody has ended its transaction") {
      job.database.execute("ROLLBACK");
      CHECK_THROWS_AS(job.decider.begin(batch(2)), sqlite::Error);
    }
    CHECK_THROWS_AS(job.decider.rollback(), sqlite::Error);
  }
  CHECK(SqliteJob().last == 0);
}

// --- what may pass ---

TEST_CASE("sqlite_database: a lock of somebody else's is an outage of a batch, and an error of a start") {
  const support::TemporaryDirectory directory;
  const auto opened = [&] { return sqlite::Database(directory.path() + "/db", {.busyTimeout = std::chrono::milliseconds(0)}); };
  const sqlite::Database ours = opened();
  auto& decider = *ours.connection();
  CHECK(decider.claim("job").seq == 0);
  sqlite::Database other = opened();
  other.execute("BEGIN IMMEDIATE");
  for (int i = 0; i < 3; ++i) {
    CHECK(support::contains(support::messageOf<Outage>([&] { decider.begin(batch(1)); }), "BEGIN IMMEDIATE: database is locked"));
    CHECK_NOTHROW(decider.rollback());
  }
  CHECK_THROWS_AS(opened().connection()->claim("job"), sqlite::Error);
  other.execute("ROLLBACK");
  decider.begin(batch(1));
  decider.seal(batch(1), 7);
  CHECK(decider.commit(batch(1)));
  CHECK(opened().connection()->look("job").seq == 1);
}

TEST_CASE("sqlite_database: no room for a COMMIT is an outage, whatever became of it, and the batch is committed once there is some") {
  Disk disk;
  SqliteJob job;
  job.write(1);
  REQUIRE(job.commit(1));
  job.write(2);
  job.decider.seal(batch(2), 0);
  disk.files.setFreeBytes(0);
  for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(job.decider.commit(batch(2)), Outage);
  disk.files.setFreeBytes(1 << 20);
  CHECK(support::contains(support::messageOf<NotCommitted>([&] { static_cast<void>(job.decider.commit(batch(2))); }), "COMMIT: database or disk is full"));
  job.write(2);
  CHECK(job.commit(2));
  CHECK(job.rows() == 2);
}

TEST_CASE("sqlite_database: of SQLite's errors only a lock and no room may pass") {
  const auto mayPass = [](int code) { return sqlite::Error("db", "asked", code, "reason").mayPass(); };
  for (const int code : {SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_BUSY_RECOVERY, SQLITE_LOCKED_SHAREDCACHE, SQLITE_FULL}) CHECK(mayPass(code));
  for (const int code : {SQLITE_ERROR, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_IOERR_WRITE, SQLITE_CORRUPT, SQLITE_CONSTRAINT, SQLITE_ABORT, SQLITE_READONLY}) CHECK_FALSE(mayPass(code));
}

}  // namespace
