// SPDX-License-Identifier: BSL-1.0
#pragma once
// CheckpointOptions: how a stream with a checkpoint directory commits, repeats, and what of an older checkpoint it does without.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/durations.hpp>

namespace dstream::inline v0 {

/// What follows a batch that has failed as often as it may. Stop: the stream ends, and awaitTermination throws the error. Skip: the batch is given up, with an
/// event; what it took of its sources is in no output.
enum class AfterRepeats { Stop, Skip };

struct CheckpointOptions {
  /// So many batches are made durable and shown at a time: one sync for all of them, and up to so many batches are worked off anew after a crash.
  std::size_t commitEvery = 1;
  /// How often a failed batch is tried again before `afterRepeats`.
  std::uint32_t repeats = 3;
  /// Before the first repetition; twice as long before each further one.
  std::chrono::nanoseconds pause = std::chrono::milliseconds(100);
  AfterRepeats afterRepeats = AfterRepeats::Stop;
  /// **units** bytes. A snapshot is written when the journal has grown by this since the last one, and by as much as that one was long.
  std::uint64_t snapshotEvery = std::uint64_t{1} << 20;
  /// Nodes of which the checkpoint knows nothing begin empty; else start refuses.
  bool allowNew = false;
  /// Nodes of the checkpoint that the program has no more, and outputs that may still have a committed batch to show, by their place ("/out/words-TIME.txt"):
  /// named here, they are dropped; else start refuses.
  std::vector<std::string> allowDropped = {};
  /// A checkpoint whose snapshots or journal are damaged beyond what can be done without: the job begins anew, with a warning that says why. Its states are gone, and what
  /// its sources can still give comes again; the old files, received blocks among them, stay in the directory under other names, `unreadable-EPOCH-…`. Else start refuses.
  /// What can be read and does not fit is refused all the same; so are a checkpoint of whose batches a database knows, and damage in a receive log alone.
  bool createOnError = false;
};

}  // namespace dstream::inline v0
