// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/opening.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <dstream/core/crc32c.hpp>
#include <dstream/stream/sink.hpp>
#include <dstream/testing/world.hpp>

#include "checkpoint/formats.hpp"
#include "support/catch.hpp"
#include "runtime/stage.hpp"

namespace {

using dstream::Batch;
using dstream::Decider;
using dstream::detail::Opening;
using support::contains;
using support::messageOf;

/// Knows one batch, and notes what it is asked. What happens `meanwhile` happens just before the claim.
struct Database final : Decider {
  [[nodiscard]] std::string name() const override { return "the database"; }
  [[nodiscard]] Position look(const std::string& job) override {
    asked += "look " + job + "; ";
    return position;
  }
  Position claim(const std::string& job) override {
    if (meanwhile) meanwhile();
    asked += "claim " + job + "; ";
    ++position.epoch;
    position.known = true;
    return position;
  }
  void begin(const Batch&) override {}
  void rollback() override {}
  void seal(const Batch&, std::uint32_t) override {}
  [[nodiscard]] bool commit(const Batch&) override { return true; }
  void close() override {}

  Position position;
  std::function<void()> meanwhile;
  std::string asked;
};

/// A directory, and a job that has all of its nodes dropped.
struct Start : support::Disk {
  Opening open() { return {directory, job, options, asked, events}; }
  void decideBy(Database& database) { job.decider = &database; }
  void damageSnapshot() {
    files.remove("/c/snapshot-2");
    const auto file = files.open("/c/snapshot-2", dstream::Files::Mode::Create);
    file->append("no snapshot");
  }

  dstream::testing::World world;
  dstream::EventBus events{world};
  dstream::CheckpointOptions options{.allowDropped = {"counts", "files", "none", "out"}};
  dstream::detail::BasicCheckpointedJob<> job;
  dstream::detail::JobFacts asked{"job", 1'000'000'000, 0, 0, 4};
};

void putEarlier(Start& start) {
  support::putSnapshot(start, 2);
  support::putSegment(start, 3, 5, 3);
}

TEST_CASE("opening: an empty directory is a beginning, and its database is claimed") {
  Start start;
  CHECK_FALSE(start.open().standing);
  Database database;
  start.decideBy(database);
  const auto opening = start.open();
  CHECK_FALSE(opening.standing);
  CHECK_FALSE(opening.recovered);
  CHECK(opening.position.epoch == 1);
  CHECK(database.asked == "look job; claim job; ");
}

TEST_CASE("opening: an earlier run's directory is read, and goes on") {
  Start start;
  putEarlier(start);
  const auto opening = start.open();
  REQUIRE(opening.standing);
  REQUIRE(opening.recovered);
  CHECK(opening.standing->committed == 5);
  CHECK(opening.standing->epoch == 4);
  CHECK(opening.recovered->snapshot.seq == 2);
}

TEST_CASE("opening: what is refused is refused before the claim, which would end the process that the job belongs to") {
  Start start;
  Database database;
  start.decideBy(database);
  database.position = {true, 4, 7, 0};
  CHECK(contains(messageOf<dstream::CheckpointError>([&] { start.open(); }), "the database has committed up to batch 7 of this job, and the directory is empty"));
  CHECK(database.asked == "look job; ");
  putEarlier(start);
  CHECK(contains(messageOf<dstream::CheckpointError>([&] { start.open(); }), "it has committed batch 7 and the journal ends with 5"));
  CHECK(database.asked == "look job; look job; ");
}

TEST_CASE("opening: what an older process does until the claim counts") {
  Start start;
  Database database;
  start.decideBy(database);
  putEarlier(start);
  const auto payload = [](std::uint64_t seq) { return support::batchPayload(static_cast<std::int64_t>(seq), std::string(seq, 'x')); };
  database.position = {true, 3, 5, dstream::detail::crc32c(payload(5))};
  database.meanwhile = [&] {
    support::putSegment(start, 6, 7, 3);
    database.position = {true, 3, 7, dstream::detail::crc32c(payload(7))};
  };
  const auto opening = start.open();
  REQUIRE(opening.standing);
  CHECK(opening.standing->committed == 7);
  CHECK(opening.standing->epoch == 4);
  CHECK(opening.recovered->last() == 7);

  Start empty;
  empty.decideBy(database);
  database.position = {};
  database.meanwhile = [&] { database.position.seq = 1; };
  CHECK(contains(messageOf<dstream::CheckpointError>([&] { empty.open(); }), "has committed up to batch 1 of this job, and the directory is empty"));
}

TEST_CASE("opening: what cannot be read is refused, or set aside where that was asked for and no database knows of it") {
  Start start;
  putEarlier(start);
  start.damageSnapshot();
  CHECK_THROWS_AS(start.open(), dstream::CheckpointError);
  start.options.createOnError = true;
  Database database;
  database.position = {true, 3, 5, 0};
  start.decideBy(database);
  CHECK(contains(messageOf<dstream::CheckpointError>([&] { start.open(); }), "it cannot be read, and cannot begin anew, since the database has committed up to batch 5 of this job"));
  CHECK(start.files.list("/c").size() == 2);

  database.position.seq = 0;
  const auto opening = start.open();
  CHECK_FALSE(opening.standing);
  CHECK(opening.position.epoch == 4);
  CHECK(start.directory.unreadable == 3);
  CHECK(start.files.list("/c") == std::vector<std::string>{"unreadable-3-journal-3-3.log", "unreadable-3-snapshot-2"});
}

}  // namespace
