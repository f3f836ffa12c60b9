// SPDX-License-Identifier: BSL-1.0
#pragma once
// Small journals and snapshots in memory, whole and damaged.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/testing/files.hpp>

namespace support {

namespace checkpoint = dstream::detail;

struct Disk {
  Disk() { files.makePrivateDirectory("/c"); }

  dstream::testing::Files files{[] { return 0; }};
  checkpoint::CheckpointDirectory directory{files, "/c"};
};

inline const checkpoint::JobFacts facts{"job", 1'000'000'000, 7, 8, 2};

/// A node's name, its schema, its bytes.
inline const std::vector<checkpoint::KeptNode<std::string>> nodes{{"counts", "text", "abc"}, {"files", "(text, int64)", std::string("\0\xff", 2)}, {"none", "", ""}};

inline void putSnapshot(Disk& disk, std::uint64_t seq) { checkpoint::writeSnapshot(disk.directory, seq, 3, 0x1234, facts, nodes); }

/// What of a snapshot a reader sees, as text.
inline std::string textOf(const checkpoint::Snapshot& snapshot) {
  std::string text = std::to_string(snapshot.seq) + "/" + std::to_string(snapshot.epoch) + " " + snapshot.facts.job;
  for (const std::int64_t number : {snapshot.facts.interval, snapshot.facts.zero, snapshot.facts.time}) text += " " + std::to_string(number);
  text += " " + std::to_string(snapshot.facts.partitions);
  for (const auto& node : snapshot.nodes) text.append("\n").append(node.name).append(":").append(node.schema).append(":").append(node.bytes);
  return text;
}

inline std::string textOf(const checkpoint::JournalContent& journal) {
  std::string text = std::to_string(journal.epoch());
  for (const checkpoint::FileRecord& record : journal.records()) {
    text += "\n" + std::to_string(static_cast<int>(record.kind)) + " " + std::to_string(record.epoch) + "/" + std::to_string(record.seq);
    if (record.kind == checkpoint::RecordKind::Known) continue;
    const auto payload = checkpoint::JournalContent::payloadOf(record);
    text += " " + std::to_string(payload.time) + " " + std::to_string(payload.attempt) + " " + std::string(payload.skipped);
    for (const auto& node : payload.nodes) text.append(" ").append(node.name).append("=").append(node.bytes);
    for (const auto& output : payload.staged) text.append(" ").append(output);
  }
  return text;
}

inline std::string batchPayload(std::int64_t time, std::string_view change) {
  checkpoint::BatchPayload payload;
  payload.time = time;
  payload.nodes.push_back({"counts", change});
  payload.staged.push_back("out");
  std::string bytes;
  dstream::Codec<checkpoint::BatchPayload>::encode(payload, bytes);
  return bytes;
}

/// Batches `from` to `to` behind a plan, in a segment of its own.
inline void putSegment(Disk& disk, std::uint64_t from, std::uint64_t to, std::uint64_t epoch) {
  checkpoint::BasicJournalWriter<> writer(disk.directory, {from, epoch}, 0x5678 + from);
  writer.show();
  for (std::uint64_t seq = from; seq <= to; ++seq) {
    writer.put(checkpoint::RecordKind::Plan, seq, batchPayload(static_cast<std::int64_t>(seq), "plan"));
    writer.put(checkpoint::RecordKind::Batch, seq, batchPayload(static_cast<std::int64_t>(seq), std::string(seq, 'x')));
    writer.put(checkpoint::RecordKind::Known, seq, {});
    writer.sync();
  }
}

/// "" for a refusal.
inline std::string journalText(Disk& disk) {
  disk.directory.list();
  try {
    return textOf(checkpoint::JournalContent(disk.directory));
  } catch (const dstream::CheckpointError&) {
    return {};
  }
}
inline std::string snapshotText(Disk& disk, std::uint64_t seq) {
  try {
    return textOf(checkpoint::readSnapshot(disk.directory, seq));
  } catch (const dstream::CheckpointError&) {
    return {};
  }
}

}  // namespace support
