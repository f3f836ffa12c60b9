// SPDX-License-Identifier: BSL-1.0
#include <dstream/checkpoint/recovery.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/record_file.hpp>

#include "checkpoint/formats.hpp"
#include "support/catch.hpp"
#include "support/random.hpp"

namespace {

using dstream::detail::Recovery;
using dstream::detail::RecordKind;
using support::Disk;

/// A snapshot after batch 0, and a journal of these records.
template <class Write>
void putJournal(Disk& disk, const Write& write) {
  support::putSnapshot(disk, 0);
  dstream::detail::BasicJournalWriter<> writer(disk.directory, {1, 3}, 0x77);
  writer.show();
  write(writer);
  writer.sync();
  disk.directory.list();
}

TEST_CASE("recovery: of plans in any order, some of them repeated, each seq's last one counts, and the others stay") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    support::Random random(seed);
    Disk disk;
    std::map<std::uint64_t, std::string> expected;
    putJournal(disk, [&](auto& writer) {
      std::uint64_t next = 1;
      for (std::size_t i = 0, count = random.below(60); i < count; ++i) {
        const std::uint64_t seq = random.below(4) == 0 ? 1 + random.below(40) : next++;
        expected[seq] = "plan " + std::to_string(i);
        writer.put(RecordKind::Plan, seq, expected[seq]);
      }
    });
    const Recovery recovery(disk.directory);
    for (std::uint64_t seq = 0; seq <= 70; ++seq) {
      const auto* plan = recovery.plan(seq);
      const auto known = expected.find(seq);
      REQUIRE((plan != nullptr) == (known != expected.end()));
      if (plan == nullptr) continue;
      CHECK(plan->seq == seq);
      CHECK(plan->payload == known->second);
    }
    CHECK(std::is_sorted(recovery.plans.begin(), recovery.plans.end(), [](const auto& a, const auto& b) { return a.seq < b.seq; }));
    CHECK(recovery.plans.size() == expected.size());
  }
}

TEST_CASE("recovery: each batch and plan of a long journal is found, and nothing before or behind") {
  Disk disk;
  putJournal(disk, [&](auto& writer) {
    for (std::uint64_t seq = 1; seq <= 2'000; ++seq) {
      writer.put(RecordKind::Plan, seq, "p" + std::to_string(seq));
      writer.put(RecordKind::Batch, seq, "b" + std::to_string(seq));
    }
    writer.put(RecordKind::Batch, 1'999, "again");  // the last two were not committed
  });
  const Recovery recovery(disk.directory);
  CHECK(recovery.last() == 1'999);
  for (std::uint64_t seq = 1; seq < 1'999; ++seq) {
    if (recovery.batch(seq)->payload != "b" + std::to_string(seq)) FAIL("batch " << seq);
    if (recovery.plan(seq)->payload != "p" + std::to_string(seq)) FAIL("plan " << seq);
  }
  CHECK(recovery.batch(1'999)->payload == "again");
  CHECK(recovery.batch(2'000) == nullptr);
  CHECK(recovery.plan(2'000)->payload == "p2000");  // somebody may have been shown it
  for (const std::uint64_t seq : {std::uint64_t{0}, std::uint64_t{2'001}, ~std::uint64_t{0}}) {
    CHECK(recovery.batch(seq) == nullptr);
    CHECK(recovery.plan(seq) == nullptr);
  }
}

}  // namespace
