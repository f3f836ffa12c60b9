// SPDX-License-Identifier: BSL-1.0
#pragma once
// SnapshotWriter: writes snapshots and deletes what they make needless, on the background lane.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/snapshot.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/event_bus.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// **meaning** one snapshot at a time. One that cannot be written is an event, and the next is tried: nothing depends on it but how long a recovery takes.
/// **threads** `idle` and `give` the jobs lane.
template <class Use = OnUse>
class BasicSnapshotWriter final : public Actor {
 public:
  struct Task {
    std::uint64_t seq = 0;
    std::uint64_t epoch = 0;
    std::uint64_t salt = 0;
    JobFacts facts;
    Deferred<std::vector<KeptNode<std::string>>, Use> nodes;
  };

  BasicSnapshotWriter(World& world, BasicEventBus<Use>& events, const std::string& directory) : world_(world), events_(events), directory_(world.files(), directory) {}

  [[nodiscard]] bool idle() const {
    const Lock lock(mutex_);
    return task_ == nullptr;
  }
  void give(Deferred<std::unique_ptr<Task>, Use> task) {
    {
      const Lock lock(mutex_);
      task_ = std::move(task);
    }
    world_.wake(*this);
  }
  /// **units** bytes of the last one that was written.
  [[nodiscard]] std::uint64_t bytes() const {
    const Lock lock(mutex_);
    return bytes_;
  }
  /// No file goes while this is held.
  [[nodiscard]] Mutex& trimming() { return trimming_; }

  Step step(World&) override {
    const Task* task = nullptr;
    {
      const Lock lock(mutex_);
      task = task_.get();
    }
    if (task == nullptr) return Step::idle();
    std::uint64_t bytes = 0;
    try {
      writeSnapshot(directory_, task->seq, task->epoch, task->salt, task->facts, task->nodes);
      bytes = directory_.files().info(directory_.snapshot(task->seq)).bytes;
      events_.post(SnapshotWritten{task->seq, bytes});
      trim();
    } catch (const std::exception& error) {
      events_.post(Warning{std::string("a snapshot was not written, or what it made needless not removed: ") + error.what()});
    }
    const Lock lock(mutex_);
    if (bytes != 0) bytes_ = bytes;
    task_.reset();
    return Step::idle();
  }

 private:
  /// All but the two newest snapshots, and the segments that end before the older of them.
  void trim() {
    const Lock lock(trimming_);
    directory_.list();
    if (directory_.snapshots.size() < 2) return;
    const std::uint64_t older = directory_.snapshots[directory_.snapshots.size() - 2];
    for (const std::uint64_t seq : directory_.snapshots)
      if (seq < older) directory_.files().remove(directory_.snapshot(seq));
    for (std::size_t i = 0; i + 1 < directory_.journals.size(); ++i)
      if (directory_.journals[i + 1].epoch == directory_.journals[i].epoch && directory_.journals[i + 1].seq <= older + 1)
        directory_.files().remove(directory_.journal(directory_.journals[i]));
    directory_.files().syncDirectory(directory_.path());
  }

  World& world_;
  BasicEventBus<Use>& events_;
  BasicCheckpointDirectory<Use> directory_;
  mutable Mutex mutex_;
  Mutex trimming_;
  Deferred<std::unique_ptr<Task>, Use> task_;
  std::uint64_t bytes_ = 0;
};
using SnapshotWriter = BasicSnapshotWriter<>;

}  // namespace dstream::inline v0::detail
