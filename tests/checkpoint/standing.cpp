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
  Position claim(const std::string&) override { return {}; }
  void begin(const Batch&) override {}
  void rollback() override {}
  void seal(const Batch&, std::uint32_t) override {}
  [[nodiscard]] bool commit(const Batch&) override { return true; }
  void close() override {}
};

/// A snapshot after batch 2 in epoch 3; batches 3 to 5 in the journal, of which the database was heard to have 3; plans of 5, 6 and 8.
struct Earlier : Disk {
  Earlier() {
    support::putSnapshot(*this, 2);
    dstream::detail::BasicJournalWriter<> writer(directory, {3, 3}, 0x99);
    writer.show();
    for (std::uint64_t seq = 3; seq <= 5; ++seq) writer.put(RecordKind::Batch, seq, payload(seq));
    writer.put(RecordKind::Known, 3, {});
    for (const std::uint64_t seq : {5U, 6U, 8U}) writer.put(RecordKind::Plan, seq, support::batchPayload(static_cast<std::int64_t>(100 * seq), "plan"));
    writer.sync();
    directory.list();
  }
  static std::string payload(std::uint64_t seq) { return support::batchPayload(static_cast<std::int64_t>(10 * seq), std::string(seq, 'x')); }

  dstream::detail::Standing standing(const Decider::Position& position = {}, dstream::CheckpointOptions options = {.allowDropped = {"counts", "files", "none"}}) {
    return {dstream::detail::Recovery(directory), job, options, asked, position, "/c"};
  }
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
  Earlier earlier;
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
  Earlier earlier;
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
