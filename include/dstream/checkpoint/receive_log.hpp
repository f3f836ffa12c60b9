// SPDX-License-Identifier: BSL-1.0
#pragma once
// ReceiveLog: what a receiver was sent, on disk before a batch may have it.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/checkpoint/directory.hpp>
#include <dstream/checkpoint/record_file.hpp>
#include <dstream/checkpoint/segment.hpp>
#include <dstream/checkpoint/segment_trimmer.hpp>
#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/event.hpp>
#include <dstream/runtime/files.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0::detail {

/// **meaning** blocks go in by `add` and come out by `take` once they are durable, in order; first those that an earlier run left. All that wait are written
/// together and share one sync; what comes meanwhile waits for the next. A write or sync that fails is final for its segment: the blocks are written again, to a
/// new one, which says how much of the old one counts; until that succeeds, and while the log has its most bytes, nothing comes out, and the receiver's
/// memory fills. Segments whose blocks are all settled are the trimmer's to remove, but for the newest, which tells how far the log had come.
/// **kept** the blocks, as the pool's; of what an earlier run left, a place in a file, until there is memory.
/// **threads** open: before the lanes run; close: after them; settle: any; step: Lane::Log; the rest: the receiver's lane.
template <class Use = OnUse>
class BasicReceiveLog final : public Actor {
  using Block = BasicBlock<Use>;
  using Blocks = Deferred<Fifo<Block>, Use>;
  using Directory = BasicSegmentDirectory<Use>;

 public:
  BasicReceiveLog(BasicRuntime<Use>& runtime, Actor& receiver, const std::string& name, std::uint64_t mostBytes)
      : runtime_(runtime), receiver_(receiver), name_(name), mostBytes_(mostBytes), segmentBytes_(mostBytes / 4 < longestSegment ? mostBytes / 4 : longestSegment),
        directory_(runtime.world.files(), runtime.checkpoint, name),
        trimmer_(runtime, name, directory_, *this) {}

  /// Reads what is there; the blocks behind `position` will come out again. Gives where they end.
  /// **errors** CheckpointError naming file and byte: damage but for a torn tail; blocks that are missing.
  /// demanded: up to here batches were planned, which must be whole whatever memory they take.
  std::uint64_t open(std::uint64_t position, std::uint64_t demanded) {
    directory_.make();
    auto found = directory_.read(position, runtime_.world.random());
    segments_ = std::move(found.segments);
    for (const auto& segment : segments_) bytes_ += segment.bytes;
    stored_.clear();
    for (const StoredBlock& block : found.blocks) stored_.push_back(block);
    number_ = found.highest;
    reached_ = durable_ = found.reached;
    settled_ = position;
    demanded_ = demanded;
    if (found.torn != 0) runtime_.events.post(Warning{"receiver " + name_ + ": a write of " + std::to_string(found.torn) + " bytes to its log had been cut short"});
    runtime_.world.spawn(trimmer_, Lane::Background);
    return reached_;
  }

  void add(Block block) {
    {
      const Lock lock(mutex_);
      waiting_.push_back(std::move(block));
    }
    runtime_.world.wake(*this);
  }
  [[nodiscard]] Deferred<std::optional<Block>, Use> take() {
    const Lock lock(mutex_);
    if (ready_.empty()) return std::nullopt;
    std::optional<Block> block(std::move(ready_.front()));
    ready_.pop_front();
    return block;
  }
  /// Nothing of an earlier run waits for memory.
  [[nodiscard]] bool caughtUp() const {
    const Lock lock(mutex_);
    return stored_.empty();
  }
  [[nodiscard]] bool empty() const {
    const Lock lock(mutex_);
    return waiting_.empty() && ready_.empty() && stored_.empty() && !writing_;
  }
  /// Where what is durable ends.
  [[nodiscard]] std::uint64_t durable() const {
    const Lock lock(mutex_);
    return durable_;
  }
  /// **units** bytes on disk.
  [[nodiscard]] std::uint64_t bytes() const {
    const Lock lock(mutex_);
    return bytes_ + trimmer_.bytes();
  }
  /// No recovery asks for what is before this position.
  void settle(std::uint64_t position) {
    {
      const Lock lock(mutex_);
      settled_ = position;
    }
    runtime_.world.wake(*this);
  }

  Step step(World& world) override {
    load();
    trim();
    if (world.now(Clock::Steady) < again_) return Step::at(again_);
    return write(world);
  }

  /// Writes what waits. Gives the bytes that could not be.
  std::uint64_t close() {
    runtime_.world.retire(trimmer_);
    static_cast<void>(write(runtime_.world));
    std::uint64_t lost = 0;
    for (const Block& block : group_) lost += block.text().size();
    const Lock lock(mutex_);
    for (const Block& block : waiting_) lost += block.text().size();
    group_.clear();
    waiting_.clear();
    ready_.clear();
    writer_.reset();
    return lost;
  }

 private:
  static constexpr std::uint64_t longestSegment = std::uint64_t{16} << 20;
  /// A disk that begins with the sync stands idle while the next bytes are copied to it: at 2 GB/s that doubles the time.
  static constexpr std::uint64_t startEvery = std::uint64_t{1} << 20;
  static constexpr Nanos firstPause = 100'000'000;
  static constexpr Nanos longestPause = 5'000'000'000;

  /// What an earlier run left, as far as there is memory.
  void load() {
    bool some = false;
    while (const auto next = firstStored()) {
      runtime_.blocks->favour(*this, next->end <= demanded_ || runtime_.blocks->bytesHeld() == 0);  // a bound below one block's bytes is no reason to wait for ever
      auto block = runtime_.blocks->take(static_cast<std::size_t>(next->bytes), *this);
      if (!block) break;
      try {
        directory_.load(*next, block->data());
      } catch (...) {
        runtime_.fail(std::current_exception());
        return;
      }
      block->size = static_cast<std::size_t>(next->bytes);
      block->end = next->end;
      const Lock lock(mutex_);
      ready_.push_back(std::move(*block));
      stored_.pop_front();
      some = true;
    }
    if (!some) return;
    runtime_.blocks->favour(*this, false);
    runtime_.world.wake(receiver_);
  }
  [[nodiscard]] Deferred<std::optional<StoredBlock>, Use> firstStored() const {
    const Lock lock(mutex_);
    if (stored_.empty()) return std::nullopt;
    return stored_.front();
  }

  void trim() {
    std::uint64_t settled = 0;
    {
      const Lock lock(mutex_);
      settled = settled_;
    }
    while (segments_.size() > 1 && segments_.front().end <= settled) {
      trimmer_.add(segments_.front());
      const Lock lock(mutex_);
      bytes_ -= segments_.front().bytes;
      segments_.erase(segments_.begin());
    }
  }

  Step write(World& world) {
    {
      const Lock lock(mutex_);
      for (; !waiting_.empty(); waiting_.pop_front()) group_.push_back(std::move(waiting_.front()));
      writing_ = !group_.empty();
    }
    try {
      for (; put_ < group_.size() && fits(group_[put_]); ++put_) {
        if (!writer_ || writer_->bytes() >= segmentBytes_) nextSegment(world);
        writer_->put(RecordKind::Block, 0, group_[put_].end, group_[put_].text());
        reached_ = group_[put_].end;
        if (writer_->bytes() - started_ >= startEvery) {
          writer_->startSync();
          started_ = writer_->bytes();
        }
      }
      if (put_ == 0) return Step::idle();  // the trimmer wakes
      sync();
    } catch (const FileError& error) {
      giveUpSegment();
      pause_ = pause_ == 0 ? firstPause : pause_ > longestPause / 2 ? longestPause : pause_ * 2;
      again_ = world.now(Clock::Steady) + pause_;
      runtime_.events.post(Warning{"receiver " + name_ + ": its log cannot be written, and nothing is received meanwhile: " + error.what()});
      return Step::at(again_);
    }
    pause_ = 0;
    world.wake(receiver_);
    return Step::ready();  // once more for what has come meanwhile
  }

  /// The newest segment alone is always allowed: nothing else could be removed.
  [[nodiscard]] bool fits(const Block& block) const {
    const std::uint64_t removable = trimmer_.bytes();
    return (segments_.size() <= 1 && removable == 0) || removable + bytes_ + unsynced() + block.text().size() + RecordLayout::headBytes + RecordLayout::tailBytes <= mostBytes_;
  }
  [[nodiscard]] std::uint64_t unsynced() const { return writer_ ? writer_->bytes() - segments_.back().bytes : 0; }

  void nextSegment(World& world) {
    if (writer_) sync();
    writer_.reset();
    const Segment before = segments_.empty() ? Segment{0, 0, durable_} : segments_.back();
    writer_.emplace(directory_.create(++number_), segmentMark, world.random(), false);
    writer_->put(RecordKind::Head, 0, before.end, directory_.headOf(before));
    segments_.push_back({number_, 0, before.end});
    fresh_ = true;
    started_ = 0;
  }
  void sync() {
    writer_->sync();
    if (std::exchange(fresh_, false)) directory_.sync();
    const Lock lock(mutex_);
    for (; put_ != 0; --put_) {
      ready_.push_back(std::move(group_.front()));
      group_.pop_front();
    }
    writing_ = !group_.empty();
    bytes_ += writer_->bytes() - segments_.back().bytes;
    segments_.back().bytes = writer_->bytes();
    segments_.back().end = durable_ = reached_;
  }

  /// What of it was synced counts, and nothing else ever will.
  void giveUpSegment() {
    writer_.reset();
    put_ = 0;
    reached_ = durable_;
    fresh_ = false;
    if (segments_.empty() || segments_.back().bytes != 0) return;
    try {
      directory_.remove(segments_.back().number);
    } catch (const FileError&) {  // no segment will name it, and the next start removes it
    }
    segments_.pop_back();
  }

  BasicRuntime<Use>& runtime_;
  Actor& receiver_;
  const std::string name_;
  const std::uint64_t mostBytes_;
  const std::uint64_t segmentBytes_;

  // the log lane's
  Directory directory_;
  BasicSegmentTrimmer<Use> trimmer_;
  Deferred<std::vector<Segment>, Use> segments_;  // rising; what is synced of them
  Deferred<std::optional<BasicRecordWriter<Use>>, Use> writer_;
  Blocks group_;  // being written
  std::size_t put_ = 0;  // so many of them are in the segment, not synced
  std::uint64_t number_ = 0;
  std::uint64_t reached_ = 0;
  std::uint64_t demanded_ = 0;
  std::uint64_t started_ = 0;  // so much of the segment is on its way to the disk
  bool fresh_ = false;  // the segment's name is not durable yet
  Nanos pause_ = 0;
  Nanos again_ = 0;

  mutable Mutex mutex_;
  Blocks waiting_;
  Blocks ready_;
  Deferred<Fifo<StoredBlock>, Use> stored_;
  std::uint64_t durable_ = 0;
  std::uint64_t settled_ = 0;
  std::uint64_t bytes_ = 0;
  bool writing_ = false;
};
using ReceiveLog = BasicReceiveLog<>;

}  // namespace dstream::inline v0::detail
