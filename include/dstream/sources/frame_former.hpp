// SPDX-License-Identifier: BSL-1.0
#pragma once
// FrameFormer: bytes as they arrive → blocks of whole frames, by a user's framing. FrameBlocks: such blocks as a batch of records.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/rdd.hpp>
#include <dstream/core/runner.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/framing.hpp>

namespace dstream::inline v0 {

/// **meaning** as LineFormer, for frames. A frame over the limit is passed over without being kept when its size is told in time; else FramingError.
/// A size alone allocates nothing beyond the limit.
template <class F, class Use = OnUse>
class FrameFormer {
  using Block = BasicBlock<Use>;
  using BlockPool = BasicBlockPool<Use>;
  using Ready = Deferred<detail::Fifo<Block>, Use>;

 public:
  FrameFormer(F framing, std::shared_ptr<BlockPool> pool, std::size_t mostBytes, Actor& owner)
      : framing_(std::move(framing)), pool_(std::move(pool)), mostBytes_(mostBytes), owner_(owner) {}

  void beginText(bool) {}
  void restartAt(std::uint64_t position) { received_ = position_ = position; }
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }

  struct Space {
    char* data = nullptr;
    std::size_t bytes = 0;
  };
  Space space() {
    if (!block_.exists() && !open(std::string_view(tail_))) return {};
    if (block_.size == block_.capacity() && !makeRoom()) return {};
    return {block_.data() + block_.size, block_.capacity() - block_.size};
  }

  void filled(std::size_t bytes) {
    block_.size += bytes;
    received_ += bytes;
    if (skip_ != 0) skip();
    walk();
    closeGap();
  }

  void cut() {
    if (!block_.exists() || whole_ == 0) return;
    tail_.assign(unframed());
    block_.size = whole_;
    block_.end = position_ = received_ - tail_.size() - passed_;
    ready_.push_back(std::move(block_));
    block_ = Block{};
    whole_ = gap_ = 0;
  }

  [[nodiscard]] bool endOfText() {
    if (constexpr bool openEnd = requires { requires F::openEnd; }; openEnd && skip_ == 0) {
      if (!block_.exists() && !tail_.empty() && !open(std::string_view(tail_))) return false;
      if (block_.exists() && whole_ != block_.size) {
        whole_ = block_.size;
        passed_ = 0;
      }
      cut();
    } else {
      cut();
      drop(rest(), "the connection ended in the middle of a record");
    }
    reset();
    return true;
  }

  std::size_t breakOff() {
    cut();
    const std::size_t lost = rest();
    reset();
    return lost;
  }

  Dropped takeDropped() { return std::exchange(dropped_, {}); }
  Ready& ready() { return ready_; }
  [[nodiscard]] const Ready& ready() const { return ready_; }
  [[nodiscard]] std::size_t bytesWaiting() const { return whole_ + rest(); }

 private:
  /// Received, and part of no whole frame.
  [[nodiscard]] std::size_t rest() const { return tail_.size() + (block_.exists() ? unframed().size() : 0); }
  [[nodiscard]] std::string_view unframed() const { return block_.text().substr(whole_ + gap_); }

  bool open(std::string_view begin) {
    std::optional<Block> fresh = pool_->take(begin.size() < wanted_ ? wanted_ : begin.size() + 1, owner_);
    if (!fresh) return false;
    std::memcpy(fresh->data(), begin.data(), begin.size());
    fresh->size = begin.size();
    block_ = std::move(*fresh);
    tail_.clear();
    return true;
  }

  /// The block is full: hand over its frames, or give the frame that fills it a larger one.
  bool makeRoom() {
    if (whole_ != 0) {
      cut();
      return open(std::string_view(tail_));
    }
    if (block_.size > mostBytes_) throw FramingError("a record over the limit of maxRecordBytes = " + std::to_string(mostBytes_) + " bytes, with no end in sight");
    if (wanted_ <= block_.size) wanted_ = block_.size > mostBytes_ / 2 ? mostBytes_ + 1 : block_.size * 2;
    Block full = std::move(block_);
    block_ = Block{};
    if (open(full.text())) return true;
    block_ = std::move(full);
    return false;
  }

  void walk() {
    while (!unframed().empty()) {
      const std::size_t bytes = framing_.frame(unframed());
      wanted_ = bytes;
      if (bytes == 0) return;
      if (bytes > mostBytes_) {
        drop(bytes, "a record over the limit of maxRecordBytes = " + std::to_string(mostBytes_) + " bytes");
        skip_ = bytes;
        skip();
      } else if (bytes > unframed().size()) {
        return;
      } else if (accepted(unframed().substr(0, bytes))) {
        if (gap_ != 0) std::memmove(block_.data() + whole_, unframed().data(), bytes);
        whole_ += bytes;
        passed_ = 0;
      } else {
        drop(bytes, "a record that its framing refuses");
        remove(bytes);
      }
    }
    wanted_ = 0;
  }

  [[nodiscard]] bool accepted(std::string_view frame) const {
    if constexpr (requires { { framing_.accepts(frame) } -> std::convertible_to<bool>; }) return framing_.accepts(frame);
    return true;
  }

  void skip() {
    const std::size_t there = unframed().size();
    const std::size_t bytes = skip_ < there ? static_cast<std::size_t>(skip_) : there;
    skip_ -= bytes;
    remove(bytes);
  }
  /// Takes bytes out behind the whole frames; what follows moves up later, each byte once.
  void remove(std::size_t bytes) {
    gap_ += bytes;
    passed_ += bytes;
    wanted_ = 0;
  }
  void closeGap() {
    if (gap_ == 0) return;
    std::memmove(block_.data() + whole_, unframed().data(), unframed().size());
    block_.size -= std::exchange(gap_, 0);
  }
  void drop(std::uint64_t bytes, std::string reason) {
    if (bytes != 0) dropped_ = {dropped_.bytes + bytes, std::move(reason)};
  }
  void reset() {
    block_ = Block{};
    tail_.clear();
    whole_ = gap_ = wanted_ = 0;
    skip_ = passed_ = 0;
  }

  const F framing_;
  std::shared_ptr<BlockPool> pool_;
  const std::size_t mostBytes_;
  Actor& owner_;
  Block block_;
  std::string tail_;         // the begun frame, between one block and the next
  std::size_t whole_ = 0;    // where the whole frames of the block end
  std::size_t gap_ = 0;      // bytes behind them that were taken out and still lie there
  std::size_t wanted_ = 0;   // the size of the frame behind them, when it is told
  std::uint64_t skip_ = 0;   // bytes still to come of a frame that is passed over
  std::uint64_t passed_ = 0;  // bytes taken out behind the last whole frame: a block ends with a frame, wherever it is cut
  std::uint64_t received_ = 0;
  std::uint64_t position_ = 0;
  Dropped dropped_;
  Ready ready_;
};

/// **meaning** the records of blocks that are cut at frames, one partition per block; copies share the blocks.
template <class F, class Use = OnUse>
class FrameBlocks {

 public:
  using reference = decltype(std::declval<const F&>().record(std::string_view{}));
  using value_type = std::remove_cvref_t<reference>;

  FrameBlocks(F framing, BlockList<Use> blocks, RunnerRef runner)
      : framing_(std::move(framing)), blocks_(std::allocate_shared<const BlockList<Use>>(detail::BatchAllocator<BlockList<Use>>{}, std::move(blocks))), runner_(runner) {}

  [[nodiscard]] std::size_t partitions() const { return blocks_->size(); }
  [[nodiscard]] static std::size_t splits(std::size_t, std::size_t) { return 1; }
  [[nodiscard]] RunnerRef runner() const { return runner_; }
  static void prepare(auto&) {}

  template <class Accumulator, class Step>
  DSTREAM_INLINE Accumulator fold(Slice slice, Accumulator accumulator, Step& step) const {
    std::string_view text = (*blocks_)[slice.partition].text();
    while (!text.empty()) {
      const std::size_t told = framing_.frame(text);
      const std::size_t bytes = told == 0 || told > text.size() ? text.size() : told;  // an open end
      accumulator = step(std::move(accumulator), framing_.record(text.substr(0, bytes)));
      if (v0::stopped(accumulator)) break;
      text.remove_prefix(bytes);
    }
    return accumulator;
  }

 private:
  F framing_;
  std::shared_ptr<const BlockList<Use>> blocks_;
  RunnerRef runner_;
};

/// **meaning** a user's framing as ByteReceiver wants it.
template <class F>
struct FramedBy {
  template <class Use>
  using Former = FrameFormer<F, Use>;
  template <class Use>
  using Blocks = FrameBlocks<F, Use>;

  template <class Use>
  [[nodiscard]] Former<Use> former(std::shared_ptr<BasicBlockPool<Use>> pool, std::size_t maxRecordBytes, Actor& owner) const {
    return {framing, std::move(pool), maxRecordBytes, owner};
  }
  template <class Use>
  [[nodiscard]] Blocks<Use> blocks(BlockList<Use> received, RunnerRef runner) const {
    return {framing, std::move(received), runner};
  }

  F framing;
};

}  // namespace dstream::inline v0
