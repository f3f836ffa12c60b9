// SPDX-License-Identifier: BSL-1.0
#pragma once
// Snapshots: all that a job keeps, as after one batch, in one file.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/core/codec.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/files.hpp>

namespace dstream::inline v0::detail {

/// A T, and nothing behind it. **errors** DecodeError.
template <class T>
T decodeWhole(std::string_view bytes) {
  T value = Codec<T>::decode(bytes);
  if (!bytes.empty()) throw DecodeError("dstream: decode: " + std::to_string(bytes.size()) + " bytes behind the last value");
  return value;
}

/// What is the same for all batches of a job, and the time of the last one. **units** nanoseconds.
struct JobFacts {
  std::string job;
  std::int64_t interval = 0;
  std::int64_t zero = 0;
  std::int64_t time = 0;
  std::uint64_t partitions = 0;  // of results for which none were asked
};

/// What a node keeps. T: std::string or std::string_view.
template <class T>
struct KeptNode {
  T name;
  T schema;
  T bytes;
};

/// **meaning** everything of batch `seq`. It owns the file; its texts are views of it.
template <class Use = OnUse>
struct BasicSnapshot {
  std::uint64_t seq = 0;
  std::uint64_t epoch = 0;
  JobFacts facts;
  Deferred<std::vector<KeptNode<std::string_view>>, Use> nodes;
  BasicWholeFile<Use> file;
};
using Snapshot = BasicSnapshot<>;

/// Writes it out of sight, makes it durable, shows it by a rename. **errors** FileError; then nothing is seen of it.
template <class Nodes, class Use = OnUse>
void writeSnapshot(const BasicCheckpointDirectory<Use>& directory, std::uint64_t seq, std::uint64_t epoch, std::uint64_t salt, const JobFacts& facts, const Nodes& nodes) {
  Deferred<Files, Use>& files = directory.files();
  const std::string path = directory.snapshot(seq);
  const std::string temporary = path + ".tmp";
  BasicRecordWriter<Use> writer(files.open(temporary, Files::Mode::CreatePrivate), snapshotMark, salt);
  try {
    std::string payload;
    Codec<JobFacts>::encode(facts, payload);
    writer.put(RecordKind::Head, epoch, seq, payload);
    std::uint64_t count = 0;
    for (const auto& node : nodes) {
      payload.clear();
      Codec<std::string_view>::encode(node.name, payload);
      Codec<std::string_view>::encode(node.schema, payload);
      payload += node.bytes;
      writer.put(RecordKind::Node, epoch, seq, payload);
      ++count;
    }
    payload.clear();
    Codec<std::uint64_t>::encode(count, payload);
    writer.put(RecordKind::End, epoch, seq, payload);
    writer.sync();
    files.rename(temporary, path);
  } catch (...) {
    try {
      files.remove(temporary);
    } catch (const FileError&) {  // the first error says more
    }
    throw;
  }
  files.syncDirectory(directory.path());
}

/// **errors** CheckpointError naming file and byte unless all of it is whole; FileError.
template <class Use>
BasicSnapshot<Use> readSnapshot(const BasicCheckpointDirectory<Use>& directory, std::uint64_t seq) {
  const std::string path = directory.snapshot(seq);
  BasicSnapshot<Use> snapshot;
  snapshot.file = BasicWholeFile<Use>(directory.files(), path);
  BasicRecordReader<Use> reader(snapshot.file.bytes(), snapshotMark, path);
  const auto next = [&](RecordKind kind) {
    const auto record = reader.next();
    if (!record) reader.fail("there is no whole record; the snapshot is damaged");
    if (record->kind != RecordKind::Node && record->kind != kind) reader.fail("a record that does not belong here");
    if (record->seq != seq) reader.fail("a record of another snapshot");
    return *record;
  };
  const FileRecord head = next(RecordKind::Head);
  snapshot.seq = seq;
  snapshot.epoch = head.epoch;
  try {
    if (head.kind != RecordKind::Head) reader.fail("the first record is not the head");
    snapshot.facts = decodeWhole<JobFacts>(head.payload);
    for (;;) {
      const FileRecord record = next(RecordKind::End);
      if (record.kind == RecordKind::End) {
        if (decodeWhole<std::uint64_t>(record.payload) != snapshot.nodes.size()) reader.fail("it has not as many nodes as it says");
        if (reader.damaged()) reader.fail("there are bytes behind the last record");
        return snapshot;
      }
      std::string_view rest = record.payload;
      KeptNode<std::string_view> node;
      node.name = Codec<std::string_view>::decode(rest);
      node.schema = Codec<std::string_view>::decode(rest);
      node.bytes = rest;
      snapshot.nodes.push_back(node);
    }
  } catch (const DecodeError& error) {
    reader.fail(error.what());
  }
}

}  // namespace dstream::inline v0::detail
