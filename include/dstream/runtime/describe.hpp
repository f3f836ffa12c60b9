// SPDX-License-Identifier: BSL-1.0
#pragma once
// describe: an event as a line of text.

#include <string>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

namespace detail {

/// The text form of each kind.
template <class = OnUse>
struct Describe {
  static std::string label(const Batch& batch) {
    return "batch " + std::to_string(batch.seq) + " (time " + std::to_string(batch.time.milliseconds()) + " ms)";
  }
  static std::string micros(Nanos duration) { return std::to_string(duration / 1000) + " us"; }

  std::string operator()(const StreamingStarted& event) const { return "streaming started at " + std::to_string(event.time.milliseconds()) + " ms"; }
  std::string operator()(const BatchSubmitted& event) const { return label(event.info.batch) + " submitted"; }
  std::string operator()(const BatchStarted& event) const { return label(event.info.batch) + " started"; }
  std::string operator()(const BatchCompleted& event) const {
    return label(event.info.batch) + (event.info.cutShort ? " was cut short by a stop" : " completed") + ": waited " + micros(event.info.schedulingDelay()) + ", ran " + micros(event.info.processingDelay());
  }
  std::string operator()(const OutputStarted& event) const { return event.name + " of " + label(event.batch) + " started"; }
  std::string operator()(const OutputCompleted& event) const {
    return event.name + " of " + label(event.batch) + (event.failure.empty() ? " completed in " + micros(event.duration) : " failed: " + event.failure);
  }
  std::string operator()(const BatchFailed& event) const { return label(event.batch) + " failed before any output ran: " + event.failure; }
  std::string operator()(const BatchRepeated& event) const {
    return label(event.batch) + " failed and is repeated, attempt " + std::to_string(event.batch.attempt) + ": " + event.failure;
  }
  std::string operator()(const BatchSkipped& event) const { return label(event.batch) + " is given up after " + std::to_string(event.batch.attempt) + " attempts: " + event.failure; }
  std::string operator()(const CheckpointOpened& event) const {
    std::string text = "checkpoint " + event.directory + ", epoch " + std::to_string(event.epoch);
    if (event.seq == 0) return text + ": the job begins";
    text += ": goes on behind batch " + std::to_string(event.seq) + " (time " + std::to_string(event.time.milliseconds()) + " ms)";
    if (event.tornBytes != 0) text += "; a write of " + std::to_string(event.tornBytes) + " bytes had been cut short";
    return text;
  }
  std::string operator()(const SnapshotWritten& event) const { return "snapshot of batch " + std::to_string(event.seq) + ", " + std::to_string(event.bytes) + " bytes"; }
  std::string operator()(const ReceiverChanged& event) const {
    const ReceiverInfo& info = event.info;
    std::string text = "receiver " + info.name + ": " + name(info.state);
    if (!info.lastError.empty() && info.state != ReceiverState::Up && info.state != ReceiverState::Connecting) text += ", " + info.lastError;
    if (info.retries != 0) text += " (" + std::to_string(info.retries) + (info.retries == 1 ? " failed connect)" : " failed connects)");
    return text;
  }
  std::string operator()(const DataDropped& event) const {
    return event.source + ": " + std::to_string(event.bytes) + " bytes dropped, " + event.reason;
  }
  std::string operator()(const FilesTaken& event) const {
    return event.source + ": " + label(event.batch) + " takes " + std::to_string(event.paths.size()) + (event.paths.size() == 1 ? " file, " : " files, ") +
           std::to_string(event.bytes) + " bytes";
  }
  std::string operator()(const FileIgnored& event) const { return event.source + ": " + event.path + " is ignored: " + event.reason; }
  std::string operator()(const TicksMissed& event) const {
    return std::to_string(event.count) + " batch times passed without a batch; the next is " + std::to_string(event.next.milliseconds()) + " ms";
  }
  std::string operator()(const Warning& event) const { return "warning: " + event.text; }
  std::string operator()(const StreamingStopped& event) const {
    std::string text = event.report.graceful ? "streaming stopped gracefully" : "streaming stopped";
    if (event.report.droppedBatches != 0 || event.report.droppedBytes != 0)
      text += "; not processed: " + std::to_string(event.report.droppedBatches) + " batches, " + std::to_string(event.report.droppedBytes) + " bytes";
    return text;
  }
};
}  // namespace detail

/// One line, without its end.
template <class Use = OnUse>
[[nodiscard]] std::string describe(const Event& event) {
  const detail::Describe<Use> text;
  switch (event.kind()) {
    case EventKind::StreamingStarted: return text(*event.as<StreamingStarted>());
    case EventKind::BatchSubmitted: return text(*event.as<BatchSubmitted>());
    case EventKind::BatchStarted: return text(*event.as<BatchStarted>());
    case EventKind::BatchCompleted: return text(*event.as<BatchCompleted>());
    case EventKind::OutputStarted: return text(*event.as<OutputStarted>());
    case EventKind::OutputCompleted: return text(*event.as<OutputCompleted>());
    case EventKind::BatchFailed: return text(*event.as<BatchFailed>());
    case EventKind::BatchRepeated: return text(*event.as<BatchRepeated>());
    case EventKind::BatchSkipped: return text(*event.as<BatchSkipped>());
    case EventKind::CheckpointOpened: return text(*event.as<CheckpointOpened>());
    case EventKind::SnapshotWritten: return text(*event.as<SnapshotWritten>());
    case EventKind::ReceiverChanged: return text(*event.as<ReceiverChanged>());
    case EventKind::DataDropped: return text(*event.as<DataDropped>());
    case EventKind::FilesTaken: return text(*event.as<FilesTaken>());
    case EventKind::FileIgnored: return text(*event.as<FileIgnored>());
    case EventKind::TicksMissed: return text(*event.as<TicksMissed>());
    case EventKind::Warning: return text(*event.as<Warning>());
    case EventKind::StreamingStopped: return text(*event.as<StreamingStopped>());
  }
  return {};
}

}  // namespace dstream::inline v0
