// SPDX-License-Identifier: BSL-1.0
#pragma once
// SegmentTrimmer: removes the segments of a receive log that no recovery needs, beside the log.

#include <cstdint>
#include <string>

#include <dstream/checkpoint/segment.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// **meaning** an actor of Lane::Background: a file system may take as long to free a segment as to
/// write half of one, and receivers wait for the log. Oldest first, so that a crash leaves no gap;
/// one that cannot be removed keeps those behind it, counts on, and is tried again. The log is
/// woken when there is room.
/// **threads** add: Lane::Log; bytes: any.
template <class Use = OnUse>
class BasicSegmentTrimmer final : public Actor {
 public:
  BasicSegmentTrimmer(BasicRuntime<Use>& runtime, const std::string& name,
                      BasicSegmentDirectory<Use>& directory, Actor& log)
      : runtime_(runtime), name_(name), directory_(directory), log_(log) {}

  void add(const Segment& segment) {
    {
      const Lock lock(mutex_);
      segments_.push_back(segment);
      bytes_ += segment.bytes;
    }
    runtime_.world.wake(*this);
  }
  /// **units** bytes on disk, of those that are still there.
  [[nodiscard]] std::uint64_t bytes() const {
    const Lock lock(mutex_);
    return bytes_;
  }

  Step step(World& world) override {
    if (world.now(Clock::Steady) < again_) return Step::at(again_);
    std::uint64_t number = 0;
    {
      const Lock lock(mutex_);
      if (segments_.empty()) return Step::idle();
      number = segments_.front().number;
    }
    try {
      directory_.remove(number);
    } catch (const FileError& error) {
      if (error.why() != FileError::Why::NotFound) {
        again_ = world.now(Clock::Steady) + pause;
        runtime_.events.post(Warning{
            "receiver " + name_
            + ": a segment of its log that is needed no more cannot be removed: " + error.what()});
        return Step::at(again_);
      }
    }
    {
      const Lock lock(mutex_);
      bytes_ -= segments_.front().bytes;
      segments_.pop_front();
    }
    world.wake(log_);
    return Step::ready();
  }

 private:
  static constexpr Nanos pause = 5'000'000'000;

  BasicRuntime<Use>& runtime_;
  const std::string name_;
  BasicSegmentDirectory<Use>& directory_;
  Actor& log_;
  Nanos again_ = 0;

  mutable Mutex mutex_;
  Deferred<Fifo<Segment>, Use> segments_;
  std::uint64_t bytes_ = 0;
};
using SegmentTrimmer = BasicSegmentTrimmer<>;

}  // namespace dstream::inline v0::detail
