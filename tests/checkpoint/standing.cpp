// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/standing.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <dstream/core/crc32c.hpp>
#include <dstream/stream/sink.hpp>

#include "checkpoint/formats.hpp"
#include "support/catch.hpp"
#include "runtime/stage.hpp"

namespace {

using dstream::Batch;
using dstream::Decider;
using dstream::detail::RecordKind;
using support::contains;
using support::Disk;
using support::messageOf;

/// Asked for its name only.
struct Database final : Decider {
  [[nodiscard]] std::string name() const override { return "the database"; }
  [[nodiscard]] Position look(const std::string&) override { return {}; }
  Position claim(const std::string&) override { return {}; }
  void begin(const Batch&) override {}
  void rollback() override {}
  void seal(const Batch&, std::uint32_t) override {}
  [[nodiscard]] bool commit(const Batch&) override { return true; }
  void close() override {}
};

/// Shows nothing.
struct Shows final : dstream::StagedOutput {
  [[nodiscard]] std::string target() const override { return "/out/words-TIME"; }
  void beginJob(const std::string&) override {}
  void publish(const Batch&) override {}
  void abort(const Batch&) override {}
  void verify(const Batch&) override {}
  void recover(const Batch&) override {}
};

enum class Decides { Journal, Database, JournalAlone };

/// A snapshot after batch 2 in epoch 3; batches 3 to 5 in the journal, with output "out", of which the database, if one decides, was heard to have 3; plans of 5, 6
/// and 8. JournalAlone: one decided once, and had 2.
struct Earlier : Disk {
  explicit Earlier(Decides decides = Decides::Journal) {
    job.staged.push_back({&shows, "out", shows.target()});
    support::putSnapshot(*this, 2);
    dstream::detail::BasicJournalWriter<> writer(directory, {3, 3}, 0x99);
    if (decides == Decides::JournalAlone) writer.put(RecordKind::Known, 2, dstream::detail::journalAlone);
    writer.show();
    for (std::uint64_t seq = 3; seq <= 5; ++seq) writer.put(RecordKind::Batch, seq, payload(seq));
    if (decides == Decides::Database) writer.put(RecordKind::Known, 3, {});
    for (const std::uint64_t seq : {5U, 6U, 8U}) writer.put(RecordKind::Plan, seq, support::batchPayload(static_cast<std::int64_t>(100 * seq), "plan"));
    writer.sync();
    directory.list();
  }
  static std::string payload(std::uint64_t seq) { return support::batchPayload(static_cast<std::int64_t>(10 * seq), std::string(seq, 'x')); }

  dstream::detail::Standing standing(const Decider::Position& position = {}, dstream::CheckpointOptions options = {.allowDropped = {"counts", "files", "none"}}) {
    return {dstream::detail::Recovery(directory), job, options, asked, position, "/c"};
  }
  Shows shows;
  dstream::detail::BasicCheckpointedJob<> job;
  dstream::detail::JobFacts asked{"job", 1'000'000'000, 0, 0, 4};
};

TEST_CASE("standing: without a database the journal's last batch is the last") {
  Earlier earlier;
  const auto standing = earlier.standing();
  CHECK(standing.committed == 5);
  CHECK(standing.epoch == 4);
  CHECK(standing.facts.time == 50);
  CHECK(standing.facts.zero == 7);
  CHECK(standing.facts.partitions == 2);
  CHECK(standing.changed);
  REQUIRE(standing.planned.size() == 1);  // 7 is missing, so 8 was shown to nobody
  CHECK(standing.planned[0].seq == 6);
  CHECK(standing.planned[0].time.nanoseconds == 600);
  CHECK(standing.planned[0].epoch == 4);
}

TEST_CASE("standing: a database says what was committed, and batches behind come again as planned") {
  Earlier earlier(Decides::Database);
  Database database;
  earlier.job.decider = &database;
  const auto standing = earlier.standing({true, 9, 4, dstream::detail::crc32c(Earlier::payload(4))});
  CHECK(standing.committed == 4);
  CHECK(standing.epoch == 9);
  CHECK(standing.facts.time == 40);
  REQUIRE(standing.planned.size() == 2);
  CHECK(standing.planned[0].seq == 5);
  CHECK(standing.planned[1].seq == 6);
  CHECK(standing.planned[1].epoch == 9);
}

TEST_CASE("standing: a database and a journal that disagree are refused, with the reason") {
  Earlier earlier(Decides::Database);
  Database database;
  earlier.job.decider = &database;
  const auto refusal = [&](const Decider::Position& position) { return messageOf<dstream::CheckpointError>([&] { earlier.standing(position); }); };
  const std::uint32_t four = dstream::detail::crc32c(Earlier::payload(4));
  CHECK_NOTHROW(earlier.standing({true, 4, 4, four}));
  CHECK(contains(refusal({false, 9, 4, four}), "the database and the journal disagree, it has never heard of the job"));
  CHECK(contains(refusal({true, 9, 6, four}), "it has committed batch 6 and the journal ends with 5"));
  CHECK(contains(refusal({true, 9, 2, four}), "it ends with batch 2 and is known to have committed more"));
  CHECK(contains(refusal({true, 3, 4, four}), "its epoch is 3 and the journal's 3"));
  CHECK(contains(refusal({true, 9, 4, four + 1}), "batch 4 is another one there"));
}

TEST_CASE("standing: a database that decided and is no more: a batch that it is not known to have is refused, and so is its coming back behind others") {
  CHECK(messageOf<dstream::CheckpointError>([] { Earlier(Decides::Database).standing(); }) ==
        "dstream: the checkpoint in /c cannot be used: a database decided this job's batches and this program has none, so whether batch 5 was committed is not known; "
        "start it with its database once more");
  Earlier earlier(Decides::JournalAlone);
  const auto standing = earlier.standing();
  CHECK(standing.committed == 5);
  CHECK(standing.alone);
  CHECK_FALSE(Earlier().standing().alone);
  Database database;
  earlier.job.decider = &database;
  for (const std::uint64_t epoch : {3U, 4U, 100U})
    CHECK(contains(messageOf<dstream::CheckpointError>([&] { earlier.standing({true, epoch, 2, 0}); }), "the database ends with batch 2, and the job went on to batch 5 without it"));
  CHECK_NOTHROW(earlier.standing({true, 9, 5, dstream::detail::crc32c(Earlier::payload(5))}));
}

TEST_CASE("standing: what may still have to be shown has its output, or is refused: by its place, and in earlier builds' journals by its name") {
  Earlier earlier;
  CHECK_NOTHROW(earlier.standing());
  earlier.job.staged[0].name = "another";
  CHECK(messageOf<dstream::CheckpointError>([&] { earlier.standing(); }) ==
        "dstream: the checkpoint in /c does not fit this program: this program has no output \"out\", to which batch 3 may still have to be shown; "
        "CheckpointOptions::allowDropped names what may be dropped");
  earlier.job.staged[0].target = "out";
  CHECK_NOTHROW(earlier.standing());
  earlier.job.staged.clear();
  CHECK_NOTHROW(earlier.standing({}, {.allowDropped = {"counts", "files", "none", "out"}}));
  Database database;
  earlier.job.decider = &database;
  CHECK_NOTHROW(earlier.standing({true, 9, 2, 0}));  // none behind the snapshot was committed
}

TEST_CASE("standing: another job, interval or program is refused, with both") {
  const auto refusal = [](const auto& change) {
    Earlier earlier;
    change(earlier);
    return messageOf<dstream::CheckpointError>([&] { earlier.standing(); });
  };
  CHECK_NOTHROW(Earlier().standing());
  CHECK(contains(refusal([](Earlier& earlier) { earlier.asked.job = "other"; }), "the checkpoint in /c cannot be used: it is the job \"job\", and this is \"other\""));
  CHECK(contains(refusal([](Earlier& earlier) { earlier.asked.interval = 5; }), "its batch interval is 1000000000 ns, and this stream's 5 ns"));
  Earlier earlier;
  CHECK(contains(messageOf<dstream::CheckpointError>([&] { earlier.standing({}, {}); }), "this program has no \"counts\""));
}

}  // namespace
