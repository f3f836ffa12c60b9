// SPDX-License-Identifier: BSL-1.0
#pragma once
// Block: a receive buffer with one owner at a time. BlockPool: recycles them and bounds their bytes, and those of records kept elsewhere.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/core/spare_memory.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/world.hpp>

namespace dstream::inline v0 {

template <class Use = OnUse>
class BasicBlockPool;

/// **meaning** `capacity` bytes, of which [begin, size) are filled; given back to its pool when destroyed.
template <class Use = OnUse>
class BasicBlock {
  using BlockPool = BasicBlockPool<Use>;
  using Bytes = Deferred<std::unique_ptr<char[]>, Use>;

 public:
  BasicBlock() = default;
  BasicBlock(std::shared_ptr<BlockPool> pool, Bytes bytes, std::size_t capacity)
      : pool_(std::move(pool)), bytes_(std::move(bytes)), capacity_(capacity) {}
  BasicBlock(BasicBlock&& other) noexcept = default;
  BasicBlock& operator=(BasicBlock&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(bytes_, other.bytes_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin, other.begin);
    std::swap(size, other.size);
    std::swap(end, other.end);
    return *this;
  }
  ~BasicBlock();

  [[nodiscard]] bool exists() const { return bytes_ != nullptr; }
  [[nodiscard]] char* data() { return bytes_.get(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::string_view text() const { return {bytes_.get() + begin, size - begin}; }

  /// Nothing more comes: the text moves to a buffer of about its size, if an eighth of a block of the usual size is enough for it. So a batch of little text holds
  /// little memory.
  void fit() noexcept;

 private:
  std::shared_ptr<BlockPool> pool_;
  Bytes bytes_;
  std::size_t capacity_ = 0;

 public:
  std::size_t begin = 0;
  std::size_t size = 0;
  /// Where its text ends in all that its receiver was sent.
  std::uint64_t end = 0;
};
using Block = BasicBlock<>;

/// The blocks of a batch.
template <class Use = OnUse>
using BlockList = detail::BatchVector<BasicBlock<Use>>;

/// **meaning** hands out blocks as long as their bytes stay within the bound; who asks in vain is woken when some come back.
/// Records that live elsewhere are charged to the same bound.
/// **kept** blocks that came back, for the next who asks. What a backlog took goes back to the system, half of it each time that all blocks have been handed out twice and
/// these were not needed: their pages, since malloc keeps what is freed where it likes. **threads** any: receivers take on the io lane, batches give back on the jobs lane.
template <class Use>
class BasicBlockPool : public std::enable_shared_from_this<BasicBlockPool<Use>> {
  using Block = BasicBlock<Use>;
  using Bytes = Deferred<std::unique_ptr<char[]>, Use>;

 public:
  /// Behind the end of every block, so that a vector load may run over it.
  static constexpr std::size_t padding = 64;

  BasicBlockPool(World& world, std::size_t bound, std::size_t blockBytes) : world_(&world), bound_(bound), blockBytes_(blockBytes) {}

  [[nodiscard]] std::size_t blockBytes() const { return blockBytes_; }
  [[nodiscard]] std::size_t bytesHeld() const {
    const detail::Lock lock(mutex_);
    return held_;
  }

  /// A block of the usual or the asked size, whichever is larger; none when the bound is reached, and then `waiter` is woken later.
  std::optional<Block> take(std::size_t bytes, Actor& waiter) {
    const std::size_t capacity = bytes < blockBytes_ ? blockBytes_ : bytes;
    Bytes buffer;
    {
      const detail::Lock lock(mutex_);
      if (held_ + wanted_ + capacity > bound_ && !favoured(waiter)) {
        enlist(waiter);
        return std::nullopt;
      }
      held_ += capacity;
      if (capacity == blockBytes_ && !free_.empty()) {
        buffer = std::move(free_.back());
        free_.pop_back();
      }
      giveBackPages();
    }
    if (buffer == nullptr) {
      try {
        buffer = Bytes(new char[capacity + padding]);
      } catch (...) {
        const detail::Lock lock(mutex_);
        held_ -= capacity;
        throw;
      }
    }
    return Block(this->shared_from_this(), std::move(buffer), capacity);
  }

  [[nodiscard]] std::size_t bound() const { return bound_; }
  /// What this one takes may pass the bound: a batch that an earlier run had planned must be whole, however its data come this time, and nothing is given back
  /// before it has run.
  void favour(Actor& waiter, bool on) {
    const detail::Lock lock(mutex_);
    std::erase(favoured_, &waiter);
    if (!on) return;
    favoured_.push_back(&waiter);
    wakeWaiters();
  }

  /// Counts bytes that are kept elsewhere, until they are refunded; false when that would pass the bound.
  [[nodiscard]] bool charge(std::size_t bytes) {
    const detail::Lock lock(mutex_);
    if (held_ + wanted_ + bytes > bound_) return false;
    held_ += bytes;
    return true;
  }
  /// The same for who waits until it succeeds: `waiter` is woken when it may, and meanwhile what comes back is kept free for it, or sockets, which
  /// ask for more as soon as a block comes back, would always be quicker. `wanted` is the waiter's own: 0 at first, and again after giveUp.
  [[nodiscard]] bool charge(std::size_t bytes, Actor& waiter, std::size_t& wanted) {
    const detail::Lock lock(mutex_);
    if (held_ + bytes > bound_) {
      enlist(waiter);
      wanted_ += bytes - std::exchange(wanted, bytes);
      return false;
    }
    held_ += bytes;
    wanted_ -= std::exchange(wanted, 0);
    return true;
  }
  void giveUp(std::size_t& wanted) {
    const detail::Lock lock(mutex_);
    wanted_ -= std::exchange(wanted, 0);
    wakeWaiters();
  }
  void refund(std::size_t bytes) noexcept {
    const detail::Lock lock(mutex_);
    held_ -= bytes;
    wakeWaiters();
  }

  /// From here on nobody is woken: the actors are gone. Blocks may still come back. The others are freed.
  void close() {
    const detail::Lock lock(mutex_);
    waiters_.clear();
    if (World* const world = std::exchange(world_, nullptr); world != nullptr) {
      std::vector<Bytes>().swap(free_);
      world->trim();
    }
  }

 private:
  friend Block;
  /// `stillHeld` by the buffer that took its place.
  void give(Bytes buffer, std::size_t capacity, std::size_t stillHeld = 0) noexcept {
    if (capacity < blockBytes_) detail::SpareMemory::give(buffer.release(), capacity + padding);
    const detail::Lock lock(mutex_);
    held_ -= capacity - stillHeld;
    if (world_ == nullptr) return;
    if (capacity == blockBytes_) try {
        free_.push_back(std::move(buffer));
      } catch (...) {  // no memory to remember it: the buffer is freed instead
      }
    wakeWaiters();
  }

  // These under the lock.
  [[nodiscard]] bool favoured(const Actor& waiter) const {
    for (const Actor* one : favoured_)
      if (one == &waiter) return true;
    return false;
  }
  /// Of one block at a time: each costs a system call.
  void giveBackPages() {
    if (without_ > free_.size()) without_ = free_.size();
    if (free_.size() < fewestFree_) fewestFree_ = free_.size();
    if (++taken_ > 2 * (held_ / blockBytes_ + free_.size())) {
      unneeded_ = fewestFree_ > without_ ? (fewestFree_ - without_) / 2 : 0;
      fewestFree_ = free_.size();
      taken_ = 0;
    }
    if (unneeded_ == 0 || without_ == free_.size() || world_ == nullptr) return;
    --unneeded_;
    world_->discard(free_[without_++].get(), blockBytes_);
  }
  void enlist(Actor& waiter) {
    std::erase(waiters_, &waiter);
    waiters_.push_back(&waiter);
  }
  void wakeWaiters() {
    if (world_ == nullptr) return;
    for (Actor* waiter : waiters_) world_->wake(*waiter);
    waiters_.clear();
  }

  World* world_;
  const std::size_t bound_;
  const std::size_t blockBytes_;
  mutable detail::Mutex mutex_;
  std::size_t held_ = 0;
  std::size_t wanted_ = 0;  // charges that wait
  std::vector<Bytes> free_;       // the last that came back is the next to go
  std::size_t without_ = 0;       // so many of the first have no pages
  std::size_t fewestFree_ = 0;    // since so many were taken:
  std::size_t taken_ = 0;
  std::size_t unneeded_ = 0;      // whose pages go now
  Deferred<std::vector<Actor*>, Use> waiters_;
  Deferred<std::vector<Actor*>, Use> favoured_;
};
using BlockPool = BasicBlockPool<>;

template <class Use>
BasicBlock<Use>::~BasicBlock() {
  if (bytes_ != nullptr) pool_->give(std::move(bytes_), capacity_);
}

template <class Use>
void BasicBlock<Use>::fit() noexcept {
  const std::size_t bytes = size - begin;
  const std::size_t memory = std::bit_ceil(bytes + BlockPool::padding);
  if (memory > pool_->blockBytes() / 8) return;
  Bytes buffer;
  try {
    buffer.reset(static_cast<char*>(detail::SpareMemory::take(memory)));
  } catch (...) {  // no memory for it: the text stays where it is
    return;
  }
  std::memcpy(buffer.get(), text().data(), bytes);
  const std::size_t capacity = memory - BlockPool::padding;
  pool_->give(std::exchange(bytes_, std::move(buffer)), std::exchange(capacity_, capacity), capacity);
  begin = 0;
  size = bytes;
}

}  // namespace dstream::inline v0
