// SPDX-License-Identifier: BSL-1.0
// The journal's reader, and recovery from journals and snapshots: a refusal, or batches that rise
// without gaps.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <dstream/checkpoint/journal.hpp>
#include <dstream/checkpoint/recovery.hpp>
#include <dstream/testing/files.hpp>

#include "fuzz/fuzz.hpp"
#include "fuzz/record_files.hpp"

namespace {

using namespace dstream;
using namespace dstream::detail;

std::string payloadOf(fuzz::Input& input, RecordKind kind) {
  std::string payload;
  const bool batch = kind == RecordKind::Batch || kind == RecordKind::Plan;
  if (batch && input.byte() % 4 != 0) {
    BatchPayload content;
    content.time = static_cast<std::int64_t>(fuzz::number(input));
    content.attempt = input.byte();
    content.skipped = input.bytes(input.byte() % 4);
    for (std::size_t nodes = input.byte() % 3; nodes != 0; --nodes)
      content.nodes.push_back({input.bytes(input.byte() % 8), input.bytes(input.byte() % 16)});
    for (std::size_t staged = input.byte() % 3; staged != 0; --staged)
      content.staged.push_back(input.bytes(input.byte() % 8));
    Codec<BatchPayload>::encode(content, payload);
  }
  payload += input.bytes(batch ? input.byte() % 4 : input.byte() % 32);
  return payload;
}

/// A snapshot that is whole: recovery begins with one.
void putSnapshot(testing::Files& files, std::uint64_t seq, std::uint64_t epoch) {
  const CheckpointDirectory directory(files, "/c");
  std::vector<KeptNode<std::string>> nodes{{"counts", "text", "abc"}};
  writeSnapshot(directory, seq, epoch, 3, JobFacts{"job", 1, 2, 3, 4}, nodes);
}

void refusedWell(const CheckpointError& error) {
  fuzz::expect(std::string_view(error.what()).starts_with("dstream: checkpoint: "),
               "a refusal says whose it is");
}

template <class Use>
void readJournal(const BasicCheckpointDirectory<Use>& directory) try {
  const BasicJournalContent<Use> journal(directory);
  for (const FileRecord& record : journal.records()) {
    fuzz::expect(record.epoch <= journal.epoch(), "no record is of a later epoch");
    if (record.kind == RecordKind::Known) continue;
    try {
      const auto payload = BasicJournalContent<Use>::payloadOf(record);
      std::string again;
      Codec<BasicBatchPayload<Use>>::encode(payload, again);
      fuzz::expect(again == record.payload, "what is decoded has these bytes and no others");
    } catch (const CheckpointError& error) {
      refusedWell(error);
    }
  }
} catch (const CheckpointError& error) {
  refusedWell(error);
}

template <class Use>
void recover(const BasicCheckpointDirectory<Use>& directory) try {
  const BasicRecovery<Use> recovery(directory);
  for (std::size_t i = 0; i + 1 < recovery.batches.size(); ++i)
    fuzz::expect(recovery.batches[i].seq + 1 == recovery.batches[i + 1].seq,
                 "batches rise without gaps");
  fuzz::expect(recovery.last() >= recovery.snapshot.seq,
               "the last batch is none before the snapshot");
  fuzz::expect(recovery.oldest <= recovery.snapshot.seq,
               "the journal goes back to a snapshot that is there");
  for (std::uint64_t seq = recovery.snapshot.seq; seq != recovery.last(); ++seq)
    fuzz::expect(recovery.batch(seq + 1) != nullptr, "all batches behind the snapshot are there");
} catch (const CheckpointError& error) {
  refusedWell(error);
}

template <class Use>
void read(testing::Files& files) {
  BasicCheckpointDirectory<Use> directory(files, "/c");
  directory.list();
  readJournal(directory);
  recover(directory);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input input(bytes, size);
  testing::Files files{[] { return 0; }};
  files.makePrivateDirectory("/c");
  for (std::size_t snapshots = input.byte() % 3; snapshots != 0; --snapshots) {
    const std::uint64_t seq = input.byte() % 8;
    if (!files.exists("/c/snapshot-" + std::to_string(seq)))
      putSnapshot(files, seq, input.byte() % 3);
  }
  for (std::size_t journals = input.between(1, 3); journals != 0; --journals) {
    const std::uint64_t seq = input.byte() % 16;
    const std::uint64_t epoch = input.byte() % 3;
    files.put("/c/journal-" + std::to_string(seq) + "-" + std::to_string(epoch) + ".log",
              fuzz::recordFile(input, journalMark,
                               [&](RecordKind kind) { return payloadOf(input, kind); }));
  }
  read<OnUse>(files);
  read<fuzz::ChecksumsHold>(files);
  return 0;
}
