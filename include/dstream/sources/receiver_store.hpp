// SPDX-License-Identifier: BSL-1.0
#pragma once
// ReceiverStore: where a custom receiver's threads leave records and wishes, and its supervisor finds them.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <dstream/core/config.hpp>
#include <dstream/core/fifo.hpp>
#include <dstream/core/on_use.hpp>
#include <dstream/core/pointers.hpp>
#include <dstream/exec/mutex.hpp>
#include <dstream/runtime/block.hpp>
#include <dstream/runtime/input.hpp>
#include <dstream/runtime/world.hpp>
#include <dstream/sources/record_bytes.hpp>
#include <dstream/stream/errors.hpp>

namespace dstream::inline v0::detail {

/// The blocks of one batch, counted by the pool while they live.
template <class T>
struct ReceivedBlocks {
  ReceivedBlocks() = default;
  ReceivedBlocks(const ReceivedBlocks&) = delete;
  ReceivedBlocks& operator=(const ReceivedBlocks&) = delete;
  ~ReceivedBlocks() {
    partitions.clear();
    if (pool != nullptr) pool->refund(charged);
  }

  Deferred<std::shared_ptr<BasicBlockPool<>>, T> pool;
  std::vector<std::vector<T>> partitions;
  std::size_t bytes = 0;
  std::size_t charged = 0;  // to the pool
};

enum class ReceiverWish { None, Restart, Finish, Stop };
struct ReceiverRequest {
  ReceiverWish wish = ReceiverWish::None;
  std::string text;
  Nanos delay = 0;
};

/// **meaning** shared by a receiver's handles and its supervisor, and outlives the stream as long as a handle does. A receiver has one *run* after
/// another, each from onStart to the end of onStop; a handle belongs to its run. Records go to the open block; a block that is cut waits in order.
/// **threads** everything is guarded by one mutex, under which the pool's and the world's own may be taken, never the other way round.
/// **kept** records, charged to the pool by recordBytes; those of storeAll with blockOverhead, which is in no other figure.
/// **cost** per record two locks without contention.
template <class T, class Locks = SystemLocks>
class ReceiverStore {
  using Mutex = typename Locks::Mutex;
  using Lock = typename Locks::Lock;
  using Condition = typename Locks::Condition;
  using BlockPool = Deferred<BasicBlockPool<>, T>;
  using Errors = Deferred<std::vector<std::string>, T>;
  struct StoredBlock {
    std::vector<T> records;
    std::size_t bytes = 0;
    std::size_t charged = 0;
  };

 public:
  /// What a block takes beside its records: its places here and in its batch, and the heap's part. Without it small ones would take many times the bound.
  static constexpr std::size_t blockOverhead = sizeof(StoredBlock) + sizeof(std::vector<T>) + 32;

  // --- the supervisor's: on the io lane, and once its actor is retired on the thread that stops ---

  void attach(World& world, Actor& supervisor, std::shared_ptr<BlockPool> pool, std::size_t id) {
    const Lock lock(mutex_);
    world_ = &world;
    supervisor_ = &supervisor;
    pool_ = std::move(pool);
    id_ = id;
  }

  /// The next run begins; gives its number.
  std::uint64_t open() {
    const Lock lock(mutex_);
    phase_ = Phase::Open;
    return ++run_;
  }
  /// The run is to end: records still come in, but none waits for memory. Gives the bytes of those that did and are refused now.
  std::uint64_t beginEnd() {
    const Lock lock(mutex_);
    phase_ = Phase::Ending;
    for (Waiter* waiter : waiting_) {
      waiter->refused = true;
      refused_ += waiter->bytes;
    }
    waiting_.clear();
    if (wanted_ != 0) pool_->giveUp(wanted_);
    freed_.wakeAll();
    return std::exchange(refused_, 0);
  }
  /// The run has ended: nothing comes in. Gives the bytes that were refused since beginEnd.
  std::uint64_t end() {
    const Lock lock(mutex_);
    phase_ = Phase::Closed;
    return std::exchange(refused_, 0);
  }
  /// No run follows, and the world may go. Gives the bytes that are in no batch.
  std::uint64_t close() {
    Fifo<StoredBlock> blocks;
    const Lock lock(mutex_);
    cut();
    blocks.swap(ready_);
    std::uint64_t bytes = 0;
    std::size_t charged = 0;
    for (const StoredBlock& block : blocks) {
      bytes += block.bytes;
      charged += block.charged;
    }
    pool_->refund(charged);
    world_ = nullptr;
    supervisor_ = nullptr;
    return bytes;
  }

  /// Memory may have come back: who waits for it tries again.
  void look() {
    const Lock lock(mutex_);
    if (!waiting_.empty()) freed_.wakeAll();
  }
  ReceiverRequest takeRequest() {
    const Lock lock(mutex_);
    return std::exchange(request_, {});
  }
  Errors takeErrors() {
    const Lock lock(mutex_);
    return std::exchange(errors_, Errors{});
  }

  /// What waits, the open block cut and included; at most `mostBytes` of it (0: all) but at least one block.
  std::shared_ptr<ReceivedBlocks<T>> take(std::size_t mostBytes) {
    auto taken = std::make_shared<ReceivedBlocks<T>>();
    const Lock lock(mutex_);
    cut();
    taken->pool = pool_;
    while (!ready_.empty()) {
      StoredBlock& block = ready_.front();
      if (mostBytes != 0 && taken->bytes != 0 && taken->bytes + block.bytes > mostBytes) break;
      taken->partitions.push_back(std::move(block.records));
      taken->bytes += block.bytes;
      taken->charged += block.charged;
      ready_.pop_front();
    }
    return taken;
  }
  [[nodiscard]] bool empty() const {
    const Lock lock(mutex_);
    return open_.empty() && ready_.empty();
  }
  /// All that ever came in.
  [[nodiscard]] std::uint64_t bytesStored() const {
    const Lock lock(mutex_);
    return stored_;
  }

  // --- the handles': any thread ---

  bool store(std::uint64_t run, T record) {
    const std::size_t bytes = recordBytes(record);
    Lock lock(mutex_);
    if (!admit(lock, run, bytes)) return false;
    append(std::move(record), bytes);
    return true;
  }
  bool storeAll(std::uint64_t run, std::vector<T> records) {
    const std::size_t bytes = HeldBytes<std::vector<T>>::of(records);
    Lock lock(mutex_);
    requireRun(run);
    if (records.empty()) return true;
    if (!admit(lock, run, bytes, blockOverhead)) return false;
    charged(bytes, blockOverhead, [&] {
      cut();
      ready_.emplace_back();
    });
    ready_.back() = {std::move(records), bytes, bytes + blockOverhead};
    return true;
  }
  /// Does not wait; the record is untouched unless it was stored.
  template <class Record>
  bool tryStore(std::uint64_t run, Record&& record) {
    const std::size_t bytes = recordBytes(record);
    const Lock lock(mutex_);
    requireRun(run);
    requireSize(bytes);
    if (!waiting_.empty() || !pool_->charge(bytes)) return false;
    append(std::forward<Record>(record), bytes);
    return true;
  }

  void reportError(std::string text) {
    const Lock lock(mutex_);
    if (supervisor_ == nullptr) return;
    errors_.push_back(std::move(text));
    world_->wake(*supervisor_);
  }
  /// The first wish of a run counts, while it is on: who ends because it is told to need not know why. A stop, which is for good, goes before all
  /// others, at any time and from the handle of an earlier run too.
  void ask(std::uint64_t run, ReceiverRequest request) {
    const Lock lock(mutex_);
    if (supervisor_ == nullptr) return;
    const bool first = request_.wish == ReceiverWish::None && run == run_ && phase_ == Phase::Open;
    if (!first && (request.wish != ReceiverWish::Stop || request_.wish == ReceiverWish::Stop)) return;
    request_ = std::move(request);
    world_->wake(*supervisor_);
  }
  [[nodiscard]] bool isOn(std::uint64_t run) const {
    const Lock lock(mutex_);
    return phase_ == Phase::Open && run == run_ && request_.wish == ReceiverWish::None;
  }
  [[nodiscard]] std::size_t id() const {
    const Lock lock(mutex_);
    return id_;
  }

 private:
  enum class Phase { Closed, Open, Ending };
  /// A thread that waits for memory, in order of arrival.
  struct Waiter {
    Waiter(ReceiverStore& of, std::size_t asked) : store(of), bytes(asked) { store.waiting_.push_back(this); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
      std::erase(store.waiting_, this);
      if (!store.waiting_.empty()) store.freed_.wakeAll();
    }
    ReceiverStore& store;
    const std::size_t bytes;
    bool refused = false;
  };

  // All under the lock.

  /// Waits until the pool has counted the bytes; false when the run ends first.
  bool admit(Lock& lock, std::uint64_t run, std::size_t bytes, std::size_t overhead = 0) {
    requireRun(run);
    requireSize(bytes + overhead);
    if (waiting_.empty() && pool_->charge(bytes + overhead)) return true;
    if (phase_ == Phase::Ending) {
      refused_ += bytes;
      return false;
    }
    if (SourceCall<>::inside())
      throw IllegalState("dstream: store would wait for memory inside onStart, which holds up every batch; store from a thread of the receiver's own, or use tryStore");
    Waiter self(*this, bytes);
    freed_.wait(lock, [&] { return self.refused || (waiting_.front() == &self && pool_->charge(bytes + overhead, *supervisor_, wanted_)); });
    return !self.refused;
  }
  void requireRun(std::uint64_t run) const {
    if (phase_ == Phase::Closed || run != run_) throw IllegalState("dstream: this receiver has been stopped or started anew; nothing can be stored with this handle");
  }
  /// More than half could wait for ever: each receiver may hold its share of the other half idly.
  void requireSize(std::size_t bytes) const {
    if (bytes > pool_->bound() / 2)
      throw std::length_error("dstream: " + std::to_string(bytes) + " bytes cannot be stored at once; the most is half of blockMemory, " + std::to_string(pool_->bound() / 2));
  }

  /// Does what may throw once the pool has counted the bytes.
  template <class Action>
  void charged(std::size_t bytes, std::size_t overhead, Action action) {
    try {
      action();
    } catch (...) {
      pool_->refund(bytes + overhead);
      throw;
    }
    stored_ += bytes;
  }
  template <class Record>
  void append(Record&& record, std::size_t bytes) {
    charged(bytes, 0, [&] {
      if (openBytes_ + bytes > pool_->blockBytes()) cut();
      open_.push_back(std::forward<Record>(record));
    });
    openBytes_ += bytes;
  }
  void cut() {
    if (open_.empty()) return;
    ready_.emplace_back();
    ready_.back().records.swap(open_);
    ready_.back().bytes = ready_.back().charged = std::exchange(openBytes_, 0);
  }

  mutable Mutex mutex_;
  Condition freed_;
  World* world_ = nullptr;
  Actor* supervisor_ = nullptr;
  std::shared_ptr<BlockPool> pool_;
  std::size_t id_ = 0;
  Phase phase_ = Phase::Closed;
  std::uint64_t run_ = 0;
  Deferred<ReceiverRequest, T> request_;
  Errors errors_;
  std::vector<T> open_;
  std::size_t openBytes_ = 0;
  Fifo<StoredBlock> ready_;
  std::vector<Waiter*> waiting_;
  std::size_t wanted_ = 0;  // by the first that waits
  std::uint64_t refused_ = 0;
  std::uint64_t stored_ = 0;
};

}  // namespace dstream::inline v0::detail
