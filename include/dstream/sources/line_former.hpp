// SPDX-License-Identifier: BSL-1.0
#pragma once
// LineFormer: bytes as they arrive → blocks that end at line ends, with a limit on the length of a line.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/framing.hpp>

namespace dstream::inline v0 {

/// **meaning** where a receiver writes what it reads: `beginText` once per connection or file, then `space` gives the place, `filled` says how
/// much came, `cut` hands over all complete lines, `endOfText` the unterminated last one too. Only the cut line at the end of a block is copied.
/// **kept** the block being filled, at most the longest line allowed; complete blocks until they are taken.
/// **threads** the receiver's lane.
template <class Use = OnUse>
class BasicLineFormer {
  using Block = BasicBlock<Use>;
  using BlockPool = BasicBlockPool<Use>;
  using Ready = Deferred<detail::Fifo<Block>, Use>;

 public:
  /// **units** bytes.
  static constexpr std::uint64_t tellEvery = std::uint64_t{256} << 20;

  BasicLineFormer(std::shared_ptr<BlockPool> pool, std::size_t maxLineBytes, Actor& owner)
      : pool_(std::move(pool)), maxLineBytes_(maxLineBytes), owner_(owner) {}

  /// Of all bytes of the sender the next one is this.
  void restartAt(std::uint64_t position) { received_ = position_ = position; }
  /// Bytes of the sender that came, and those of them behind which only the last, begun line is left.
  [[nodiscard]] std::uint64_t received() const { return received_; }
  [[nodiscard]] std::uint64_t position() const { return position_; }

  /// A new text begins. stripBom: the UTF-8 byte-order mark, if it begins with one, is not data.
  void beginText(bool stripBom) { atHead_ = stripBom; }

  struct Space {
    char* data = nullptr;
    std::size_t bytes = 0;
  };

  /// Where the next bytes go; none while the memory bound is reached (the owner is woken then), and reading must wait.
  Space space() {
    if (!block_.exists() && !open(tail_.size() + 1)) return {};
    if (block_.size == block_.capacity() && !makeRoom()) return {};
    return {block_.data() + block_.size, block_.capacity() - block_.size};
  }

  /// The first `bytes` of the last space were filled.
  void filled(std::size_t bytes) {
    const std::size_t from = block_.size;
    block_.size += bytes;
    received_ += bytes;
    if (atHead_) lookAtHead();
    if (skipping_) skip(from);
  }

  /// Complete lines become a block of `ready`; the rest stays.
  void cut() {
    if (!block_.exists() || skipping_) return;
    const std::size_t end = linesEnd();
    if (end == block_.begin) return;
    if (isLongLine({block_.data() + block_.begin, end - block_.begin})) return dropLongLine(end);
    tail_.assign(block_.data() + end, block_.size - end);
    block_.size = end;
    handOver();
  }

  /// After the end of a text in order: what is left is its last line. False while there is no memory for it; then ask again when woken.
  [[nodiscard]] bool endOfText() {
    if (skipping_) {
      endSkip();
    } else {
      if (!tail_.empty() && !open(tail_.size())) return false;
      if (block_.exists() && isLongLine(block_.text())) {
        dropped_ += block_.size - block_.begin;
      } else if (block_.exists() && block_.size != block_.begin) {
        handOver();
      }
    }
    reset();
    return true;
  }

  /// After the end of a text in disorder: complete lines are kept; gives the bytes of the last, cut one, which is gone.
  std::size_t breakOff() {
    cut();
    std::size_t lost = tail_.size() + (block_.exists() && !skipping_ ? block_.size - block_.begin : 0);
    if (skipping_) endSkip();
    reset();
    return lost;
  }

  /// Bytes of a line over the limit that were dropped, once its end was seen, and of one that goes on and on at each further `tellEvery`; 0 when there is none to report.
  Dropped takeDropped() {
    if (dropped_ == 0) return {};
    return {std::exchange(dropped_, 0), "a line over the limit of maxRecordBytes = " + std::to_string(maxLineBytes_) + " bytes"};
  }

  Ready& ready() { return ready_; }
  [[nodiscard]] const Ready& ready() const { return ready_; }
  [[nodiscard]] std::size_t bytesWaiting() const { return tail_.size() + (block_.exists() && !skipping_ ? block_.size - block_.begin : 0); }

 private:
  /// One line, ended or not, and over the limit; what else is as long is several lines.
  [[nodiscard]] bool isLongLine(std::string_view text) const { return text.size() > maxLineBytes_ && text.find('\n') >= text.size() - 1; }

  /// A new block that begins with the tail of the one before.
  bool open(std::size_t bytes) {
    std::optional<Block> fresh = pool_->take(bytes, owner_);
    if (!fresh) return false;
    block_ = std::move(*fresh);
    std::memcpy(block_.data(), tail_.data(), tail_.size());
    block_.size = tail_.size();
    tail_.clear();
    searched_ = 0;
    return true;
  }

  /// The block is full: hand over its lines, or give a line that fills it a larger one, or give the line up.
  bool makeRoom() {
    if (linesEnd() != block_.begin) {
      cut();
      return block_.exists() || open(tail_.size() + 1);
    }
    if (block_.begin != 0) {  // a byte-order mark was taken away: its place is free
      std::memmove(block_.data(), block_.data() + block_.begin, block_.size - block_.begin);
      block_.size -= block_.begin;
      block_.begin = 0;
      searched_ = 0;
      return true;
    }
    // One byte more than the limit: only it tells a line that ends at the limit from one that goes on.
    if (block_.capacity() <= maxLineBytes_) {
      const std::size_t larger = block_.capacity() > maxLineBytes_ / 2 ? maxLineBytes_ + 1 : block_.capacity() * 2;
      std::optional<Block> fresh = pool_->take(larger, owner_);
      if (!fresh) return false;
      std::memcpy(fresh->data(), block_.data(), block_.size);
      fresh->size = block_.size;
      block_ = std::move(*fresh);
      return true;
    }
    skipping_ = true;
    skipped_ = block_.size;
    block_.size = 0;
    searched_ = 0;
    return true;
  }

  void lookAtHead() {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    const std::string_view head = block_.text().substr(0, mark.size());
    if (mark.starts_with(head) && head.size() < mark.size()) return;  // not yet known
    if (head == mark) block_.begin += mark.size();
    atHead_ = false;
  }

  /// Behind the last line end of the block; its begin when there is none. Bytes looked at once are not looked at again.
  std::size_t linesEnd() {
    const std::string_view unseen{block_.data() + searched_, block_.size - searched_};
    const std::size_t feed = unseen.rfind('\n');
    if (feed != std::string_view::npos) return searched_ + feed + 1;
    searched_ = block_.size;
    return block_.begin;
  }

  /// Within a line over the limit: drops what belongs to it.
  void skip(std::size_t from) {
    const std::string_view fresh{block_.data() + from, block_.size - from};
    const std::size_t feed = fresh.find('\n');
    if (feed == std::string_view::npos) {
      skipped_ += fresh.size();
      block_.size = 0;
      if (skipped_ >= tellEvery) dropped_ += std::exchange(skipped_, 0);  // it may have no end
      return;
    }
    skipped_ += feed + 1;
    const std::size_t rest = fresh.size() - feed - 1;
    std::memmove(block_.data(), fresh.data() + feed + 1, rest);
    block_.size = rest;
    position_ = received_ - rest;
    endSkip();
  }
  void endSkip() {
    dropped_ += std::exchange(skipped_, 0);
    skipping_ = false;
    searched_ = 0;
  }

  /// The one line that fills the block up to `end` is a byte too long.
  void dropLongLine(std::size_t end) {
    dropped_ += end - block_.begin;
    const std::size_t rest = block_.size - end;
    std::memmove(block_.data(), block_.data() + end, rest);
    block_.begin = 0;
    block_.size = rest;
    position_ = received_ - rest;
    searched_ = 0;
  }

  void handOver() {
    block_.end = position_ = received_ - tail_.size();
    ready_.push_back(std::move(block_));
    block_ = Block{};
    searched_ = 0;
  }
  void reset() {
    if (block_.exists()) block_.begin = block_.size = 0;
    tail_.clear();
    searched_ = 0;
  }

  std::shared_ptr<BlockPool> pool_;
  const std::size_t maxLineBytes_;
  Actor& owner_;
  Block block_;
  std::string tail_;  // the cut line, between one block and the next
  std::uint64_t received_ = 0;
  std::uint64_t position_ = 0;
  std::size_t searched_ = 0;
  bool atHead_ = false;
  bool skipping_ = false;
  std::uint64_t skipped_ = 0;  // and not in dropped_ yet
  std::uint64_t dropped_ = 0;
  Ready ready_;
};
using LineFormer = BasicLineFormer<>;

}  // namespace dstream::inline v0
