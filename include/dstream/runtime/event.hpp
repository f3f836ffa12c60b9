// SPDX-License-Identifier: BSL-1.0
#pragma once
// Events: all that a running stream has to say, as one closed set.

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/stream/batch.hpp>

namespace dstream::inline v0 {

/// **meaning** what one input gave to one batch: bytes [from, to) of all it has received, in `blocks` blocks; for sources without bytes, records.
struct InputInfo {
  std::size_t id = 0;
  /// Empty in a batch that was formed when nobody listened.
  std::string name;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::size_t blocks = 0;
};
/// A vector of them, in memory that batches hand on.
using InputList = detail::BatchVector<InputInfo>;

/// **units** wall-clock nanoseconds; 0 while not yet known.
struct BatchInfo {
  Batch batch;
  InputList inputs;
  Nanos submitted = 0;
  Nanos started = 0;
  Nanos ended = 0;
  std::size_t failedOutputs = 0;
  /// A stop ended it before all its outputs had run.
  bool cutShort = false;

  [[nodiscard]] Nanos schedulingDelay() const { return started - submitted; }
  [[nodiscard]] Nanos processingDelay() const { return ended - started; }
  [[nodiscard]] Nanos totalDelay() const { return ended - submitted; }
};

enum class ReceiverState { Stopped, Connecting, Up, BackingOff, Failed, Finished };

/// **meaning** where a receiver stands. `retries`: connects that failed since the last that came up. `connections`: how often it came up.
struct ReceiverInfo {
  std::size_t id = 0;
  std::string name;
  ReceiverState state = ReceiverState::Stopped;
  std::string lastError;
  Nanos lastErrorTime = 0;
  std::uint64_t retries = 0;
  std::uint64_t connections = 0;
  std::uint64_t bytes = 0;
  /// Of them those that no finished batch has had yet, as of the last batch time or end of a batch.
  std::uint64_t lagBytes = 0;
  /// **units** nanoseconds; how long what waits longest of these has waited, to a batch interval and some percent and never too little; what an earlier run had left, since
  /// the start. It falls to 0 as a backlog is caught up with.
  Nanos lag = 0;
  /// **units** bytes a second that it may receive; 0: no limit.
  std::uint64_t rate = 0;
  /// **units** bytes that will be in no batch: of records that are too long, refused or cut off; and what an overload policy gave up.
  std::uint64_t droppedBytes = 0;
  std::uint64_t overloadBytes = 0;
};

enum class EventKind {
  StreamingStarted,
  BatchSubmitted,
  BatchStarted,
  BatchCompleted,
  OutputStarted,
  OutputCompleted,
  BatchFailed,
  BatchRepeated,
  BatchSkipped,
  CheckpointOpened,
  SnapshotWritten,
  ReceiverChanged,
  DataDropped,
  FilesTaken,
  FileIgnored,
  TicksMissed,
  Warning,
  StreamingStopped,
};
inline constexpr std::size_t eventKinds = static_cast<std::size_t>(EventKind::StreamingStopped) + 1;

struct StreamingStarted {
  static constexpr EventKind kind = EventKind::StreamingStarted;
  Time time;
};
struct BatchSubmitted {
  static constexpr EventKind kind = EventKind::BatchSubmitted;
  BatchInfo info;
};
struct BatchStarted {
  static constexpr EventKind kind = EventKind::BatchStarted;
  BatchInfo info;
};
struct BatchCompleted {
  static constexpr EventKind kind = EventKind::BatchCompleted;
  BatchInfo info;
};
/// `id` is the output's place in the order of registration.
struct OutputStarted {
  static constexpr EventKind kind = EventKind::OutputStarted;
  Batch batch;
  std::size_t id = 0;
  std::string name;
};
struct OutputCompleted {
  static constexpr EventKind kind = EventKind::OutputCompleted;
  Batch batch;
  std::size_t id = 0;
  std::string name;
  Nanos duration = 0;
  std::string failure;  // what() of what the output threw; empty when it succeeded
};
/// The batch could not be formed from the graph: none of its outputs ran.
struct BatchFailed {
  static constexpr EventKind kind = EventKind::BatchFailed;
  Batch batch;
  std::string failure;
};
/// An attempt at the batch failed and was rolled back; it comes again, as this attempt.
struct BatchRepeated {
  static constexpr EventKind kind = EventKind::BatchRepeated;
  Batch batch;
  std::string failure;
};
/// The batch failed too often and was given up, as was asked for: it changed nothing, and its records are in no output.
struct BatchSkipped {
  static constexpr EventKind kind = EventKind::BatchSkipped;
  Batch batch;
  std::string failure;
};
/// The job goes on behind batch `seq`; 0: it begins.
struct CheckpointOpened {
  static constexpr EventKind kind = EventKind::CheckpointOpened;
  std::string directory;
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0;
  Time time;
  std::uint64_t replayed = 0;  // batches behind the snapshot
  std::uint64_t tornBytes = 0;
};
/// All that the job keeps, as after batch `seq`, is durable in one file.
struct SnapshotWritten {
  static constexpr EventKind kind = EventKind::SnapshotWritten;
  std::uint64_t seq = 0;
  std::uint64_t bytes = 0;
};
struct ReceiverChanged {
  static constexpr EventKind kind = EventKind::ReceiverChanged;
  ReceiverInfo info;
};
/// Data that came in and will be in no batch.
struct DataDropped {
  static constexpr EventKind kind = EventKind::DataDropped;
  std::string source;
  std::uint64_t bytes = 0;
  std::string reason;
};
/// The files of one batch of a file source, in the order of their records.
struct FilesTaken {
  static constexpr EventKind kind = EventKind::FilesTaken;
  Batch batch;
  std::string source;
  std::vector<std::string> paths;
  std::uint64_t bytes = 0;
};
/// A file that is in no batch, or a directory that cannot be listed. trouble: not what the source's options ask for.
struct FileIgnored {
  static constexpr EventKind kind = EventKind::FileIgnored;
  std::string source;
  std::string path;
  std::string reason;
  bool trouble = false;
};
/// The process slept, was suspended or far behind: these ticks make no batches.
struct TicksMissed {
  static constexpr EventKind kind = EventKind::TicksMissed;
  std::uint64_t count = 0;
  Time next;
};
struct Warning {
  static constexpr EventKind kind = EventKind::Warning;
  std::string text;
};
/// What a stop left undone; all zero after a complete graceful stop.
struct StopReport {
  bool graceful = false;
  std::uint64_t droppedBatches = 0;
  /// Of receivers: in these batches, or received and in none.
  std::uint64_t droppedBytes = 0;
};
struct StreamingStopped {
  static constexpr EventKind kind = EventKind::StreamingStopped;
  StopReport report;
};

template <class T>
concept OneEvent = requires { requires std::is_same_v<decltype(T::kind), const EventKind>; };

/// **meaning** one of the events above; copies share it. A closed set: a `switch (event.kind())` without a default names every kind.
/// ```
/// if (const auto* batch = event.as<BatchCompleted>()) note(batch->info.totalDelay());
/// ```
class Event {
 public:
  template <OneEvent Kind>
  Event(Kind event)  // NOLINT(google-explicit-constructor): as a variant
      : kind_(Kind::kind), event_(std::make_shared<const Kind>(std::move(event))) {}

  [[nodiscard]] EventKind kind() const { return kind_; }
  template <OneEvent Kind>
  [[nodiscard]] bool is() const {
    return kind_ == Kind::kind;
  }
  /// Null unless it is of that kind.
  template <OneEvent Kind>
  [[nodiscard]] const Kind* as() const {
    return is<Kind>() ? static_cast<const Kind*>(event_.get()) : nullptr;
  }

 private:
  EventKind kind_;
  std::shared_ptr<const void> event_;
};

[[nodiscard]] constexpr const char* name(ReceiverState state) {
  switch (state) {
    case ReceiverState::Stopped: return "stopped";
    case ReceiverState::Connecting: return "connecting";
    case ReceiverState::Up: return "up";
    case ReceiverState::BackingOff: return "backing off";
    case ReceiverState::Failed: return "failed";
    case ReceiverState::Finished: return "finished";
  }
  return "?";
}

}  // namespace dstream::inline v0
