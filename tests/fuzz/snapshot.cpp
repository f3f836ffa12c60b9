// SPDX-License-Identifier: BSL-1.0
// The snapshot's reader: a refusal, or what can be written and read again and is the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/testing/files.hpp>

#include "fuzz/fuzz.hpp"
#include "fuzz/record_files.hpp"

namespace {

using namespace dstream;
using namespace dstream::detail;
using fuzz::ChecksumsHold;

std::string payloadOf(fuzz::Input& input, RecordKind kind) {
  std::string payload;
  if (kind == RecordKind::Head && input.byte() % 4 != 0) {
    Codec<JobFacts>::encode({std::string(input.bytes(input.byte() % 8)),
                             static_cast<std::int64_t>(fuzz::number(input)), 1, 2, input.byte()},
                            payload);
  } else if (kind == RecordKind::End) {
    putNumber(fuzz::number(input), payload);
  } else if (kind == RecordKind::Node && input.byte() % 4 != 0) {
    Codec<std::string_view>::encode(input.bytes(input.byte() % 8), payload);
    Codec<std::string_view>::encode(input.bytes(input.byte() % 8), payload);
  }
  payload += input.bytes(input.byte() % 64);
  return payload;
}

template <class Snapshot>
std::string textOf(const Snapshot& snapshot) {
  std::string text;
  Codec<JobFacts>::encode(snapshot.facts, text);
  for (const auto& node : snapshot.nodes)
    for (const std::string_view part : {node.name, node.schema, node.bytes})
      Codec<std::string_view>::encode(part, text);
  return text;
}

template <class Use>
void read(testing::Files& files) {
  const BasicCheckpointDirectory<Use> directory(files, "/c");
  BasicSnapshot<Use> snapshot;
  try {
    snapshot = readSnapshot(directory, 1);
  } catch (const CheckpointError& error) {
    fuzz::expect(
        std::string_view(error.what()).find("/c/snapshot-1, byte ") != std::string_view::npos,
        "a refusal names file and byte");
    return;
  }
  fuzz::expect(snapshot.seq == 1, "a snapshot has its own seq");
  for (const auto& node : snapshot.nodes)
    for (const std::string_view part : {node.name, node.schema, node.bytes})
      fuzz::expect(fuzz::within(part, snapshot.file.bytes()), "a node lies within the file");

  testing::Files others{[] { return 0; }};
  others.makePrivateDirectory("/d");
  const CheckpointDirectory other(others, "/d");
  writeSnapshot(other, 1, snapshot.epoch, 7, snapshot.facts, snapshot.nodes);
  const Snapshot again = readSnapshot(other, 1);
  fuzz::expect(again.epoch == snapshot.epoch && textOf(again) == textOf(snapshot),
               "what was read can be written and read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Input input(bytes, size);
  testing::Files files{[] { return 0; }};
  files.makePrivateDirectory("/c");
  files.put("/c/snapshot-1", fuzz::recordFile(input, snapshotMark, [&](RecordKind kind) {
              return payloadOf(input, kind);
            }));
  read<OnUse>(files);
  read<ChecksumsHold>(files);
  return 0;
}
