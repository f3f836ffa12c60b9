// SPDX-License-Identifier: BSL-1.0
#pragma once
// Configuration: every setting of the runtime, with its default and unit, validated as a whole.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>

namespace dstream::inline v0 {

/// **meaning** what follows a batch of which an output threw. Either way the error is kept and awaitTermination throws it.
/// Report: later batches go on. Stop: no later batch runs.
enum class FailurePolicy { Report, Stop };

/// **meaning** designated initialisers over good defaults: `Configuration{.blockMemory = 1 << 30}`.
struct Configuration {
  /// **units** bytes; received text that no finished batch has freed yet. At the bound receivers stop reading, and TCP slows the sender.
  std::size_t blockMemory = std::size_t{256} << 20;
  /// **units** bytes; what one receive buffer holds, and so the partition size of a socket's batch.
  std::size_t blockBytes = std::size_t{256} << 10;
  /// **units** bytes, line end included. A longer record is dropped, with an event; nothing else is lost.
  std::size_t maxRecordBytes = std::size_t{16} << 20;
  /// **units** bytes; most that one batch takes of each input (at least one block); the rest waits for the next. 0: no cap.
  std::size_t maxBatchBytes = 0;
  /// **units** bytes; most that the tables of one keyed operator (reduceByKey, countByValue, groupByKey, cogroup and their like) take in one batch, those
  /// of its tasks and its result together: keys and combinations, not what combinations hold outside of themselves. A batch that needs more fails with a TableError, before the memory is taken. 0: no bound.
  std::size_t tableMemory = 0;
  /// How long a graceful stop may take; zero: 10 batch intervals. After it the stop goes on at once and reports what it dropped.
  std::chrono::nanoseconds gracefulStopTimeout{0};
  /// Keyed results have equal bytes at any number of workers, with floats and functions that do not commute too: partial results are joined in the
  /// order of the data, in 8 partitions where none are asked for. It costs a hash table per slice instead of one per running task.
  bool ordered = false;
  FailurePolicy onFailure = FailurePolicy::Report;
  /// SIGINT and SIGTERM, where the program left their default action, stop the streaming context and end awaitTermination.
  bool stopOnSignals = true;
  /// With stopOnSignals: process what was received first.
  bool stopGracefullyOnShutdown = false;
  /// The default listener writes what an operator must know to stderr: of each kind of event, and each output, receiver or source that has it, at most a line a second; what
  /// is held back is counted, in the next such line or when the stream stops.
  bool defaultListener = true;

  /// **errors** std::invalid_argument naming the setting.
  void validate() const {
    require(blockBytes >= 256, "blockBytes must be at least 256");
    require(maxRecordBytes >= 1, "maxRecordBytes must be at least 1");
    require(gracefulStopTimeout.count() >= 0, "gracefulStopTimeout must not be negative");
    require(blockMemory / 4 >= maxRecordBytes && blockMemory / 4 >= blockBytes,
            "blockMemory must be at least 4 times maxRecordBytes and blockBytes, so that a growing record can be copied");
  }

 private:
  static void require(bool holds, const char* sentence) {
    if (!holds) throw std::invalid_argument(std::string("dstream: configuration: ") + sentence);
  }
};

}  // namespace dstream::inline v0
